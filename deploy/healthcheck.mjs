// Ends with 0 when the master or the slave of this container answers. Certificates are not checked: it asks itself.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
process.removeAllListeners("warning");
const { MASTER_PORT = "5000", SLAVE_PORT = "3000", TLS_CERT } = process.env;
const scheme = TLS_CERT ? "https" : "http";
const addresses = [`127.0.0.1:${MASTER_PORT}/livez`, `127.0.0.1:${SLAVE_PORT}/check_status`];
const ask = async (address) => {
  const answer = await fetch(`${scheme}://${address}`, { signal: AbortSignal.timeout(4_000) });
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
};
try {
  await Promise.any(addresses.map(ask));
} catch (error) {
  console.error(error.errors.map(({ message }) => message).join("\n"));
  process.exitCode = 1;
}
