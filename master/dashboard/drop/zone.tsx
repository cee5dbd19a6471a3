import { useSignal } from "@preact/signals";
import type { TaskView } from "../../../shared/contract/about.ts";
import { bytes, counted } from "../ui/words.ts";
import { fits, kindsOf } from "./guess.ts";
import { addPicked, fromDrop, fromList, type Picked, picked, pickedBytes, removePicked } from "./picked.ts";

export function DropZone({ task }: { readonly task: TaskView | undefined }) {
  const isOver = useSignal(false);
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    event.stopPropagation();
    isOver.value = false;
    if (event.dataTransfer !== null) addPicked(await fromDrop(event.dataTransfer));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a place to drop; its buttons do the same by keyboard.
    <div
      class={isOver.value ? "zone over" : "zone"}
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => {
        isOver.value = false;
      }}
      onDrop={(event) => void drop(event)}
    >
      <b>Drop files or folders here</b>
      <p>
        or <Chooser title="Files" words="choose files" />, <Chooser title="Folder" words="a folder" />, or
        paste. Nothing leaves your machines.
      </p>
      {picked.value.length > 0 && <Chosen task={task} />}
    </div>
  );
}

interface ChooserProps {
  readonly title: "Files" | "Folder";
  readonly words: string;
}

/** A file input that looks like a link; it keeps its place in the order of the Tab key. */
function Chooser({ title, words }: ChooserProps) {
  const folder = title === "Folder" ? { webkitdirectory: true } : {};
  return (
    <span class="chooser">
      <input
        type="file"
        multiple
        aria-label={title}
        {...folder}
        onChange={(event) => {
          addPicked(fromList(event.currentTarget.files));
          event.currentTarget.value = "";
        }}
      />
      <span aria-hidden="true">{words}</span>
    </span>
  );
}

/** Names that are listed; the others are counted. */
const LISTED = 200;

function Chosen({ task }: { readonly task: TaskView | undefined }) {
  const files = picked.value;
  const left = files.length - LISTED;
  return (
    <div class="chosen">
      <p class="sum">
        <strong>
          {counted(files.length, "file")}, {bytes(pickedBytes.value)}
        </strong>
        : {kindsOf(files)}
        <button
          type="button"
          class="link"
          onClick={() => {
            picked.value = [];
          }}
        >
          Clear
        </button>
      </p>
      <ul>
        {files.slice(0, LISTED).map((one) => (
          <ChosenFile key={one.path} one={one} task={task} />
        ))}
        {left > 0 && <li class="quiet">and {counted(left, "more file")}</li>}
      </ul>
    </div>
  );
}

function ChosenFile({ one, task }: { readonly one: Picked; readonly task: TaskView | undefined }) {
  const { path, file } = one;
  const odd = file.size === 0 ? "empty" : task !== undefined && !fits(path, task) ? "another kind" : "";
  return (
    <li>
      <span class="path">{path}</span>
      {odd !== "" && <span class="odd">{odd}</span>}
      <span class="num quiet">{bytes(file.size)}</span>
      <button
        type="button"
        class="link"
        aria-label={`Leave out ${path}`}
        onClick={() => removePicked(new Set([path]))}
      >
        ×
      </button>
    </li>
  );
}
