/** `Upgrade` of the request by which a slave opens its connection to a master. */
export const TUNNEL_PROTOCOL = "manyhands-tunnel";
export const TUNNEL_PATH = "/tunnel";
/** Header with the secret id of the slave: its registration names the same. */
export const TUNNEL_ID = "manyhands-tunnel-id";

/** A frame is its type (1 byte), the number of its stream (4 bytes), a length (4 bytes), and for `data` so many bytes. */
export const HEADER_BYTES = 9;

/** `credit` allows the peer to send so many bytes more. `ping` is a sign of life, and belongs to no stream. */
export const FRAME = { open: 0, data: 1, end: 2, reset: 3, credit: 4, ping: 5 } as const;
export type FrameType = (typeof FRAME)[keyof typeof FRAME];

/** Bytes of one stream that may be on their way, or wait for their reader. */
export const WINDOW_BYTES = 1024 * 1024;
