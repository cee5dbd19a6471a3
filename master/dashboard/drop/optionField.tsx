import { useId, useState } from "preact/hooks";
import { type FieldSchema, kindOf, type OptionKind, titleOf } from "./schema.ts";
import { Several } from "./several.tsx";

interface OptionFieldProps {
  readonly name: string;
  readonly schema: FieldSchema;
  /** Values that live slaves can do; several may be combined. */
  readonly choices?: readonly string[] | undefined;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** One option as the control that its schema asks for, with its description. */
export function OptionField(props: OptionFieldProps) {
  const { name, schema, choices = [], onChange } = props;
  const id = useId();
  const kind = kindOf(schema);
  const value = props.value === undefined ? schema.default : props.value;
  if (kind.kind === "text" && choices.length > 0)
    return (
      <fieldset class="option several" aria-describedby={helpOf(id)}>
        <legend>{titleOf(name)}</legend>
        <Several values={choices} value={String(value ?? "")} onChange={onChange} />
        <small id={helpOf(id)} class="quiet">
          {schema.description}
        </small>
      </fieldset>
    );
  const control = <Control {...props} kind={kind} value={value} id={id} />;
  return (
    <div class="option">
      <label class={kind.kind === "switch" ? "check" : ""} for={id}>
        {kind.kind === "switch" && control}
        <span>{titleOf(name)}</span>
        {kind.kind !== "switch" && control}
      </label>
      <small id={helpOf(id)} class="quiet">
        {schema.description}
      </small>
    </div>
  );
}

/** Id of the description of a control. */
const helpOf = (id: string) => `${id}-help`;

interface ControlProps extends OptionFieldProps {
  readonly kind: OptionKind;
  readonly id: string;
}

function Control(props: ControlProps) {
  const { kind, value, onChange, id } = props;
  if (kind.kind === "choice") return <Choice {...props} values={kind.values} />;
  if (kind.kind === "switch")
    return (
      <input
        type="checkbox"
        checked={value === true}
        id={id}
        aria-describedby={helpOf(id)}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  if (kind.kind === "number") return <NumberInput {...props} whole={kind.whole} limits={kind.schema} />;
  if (kind.kind === "json") return <JsonInput {...props} />;
  return <TextInput {...props} limits={kind.schema} />;
}

function TextInput({ name, value, onChange, id, limits }: ControlProps & { readonly limits: FieldSchema }) {
  const common = {
    autoComplete: "off",
    value: typeof value === "string" ? value : "",
    pattern: limits.pattern,
    maxLength: limits.maxLength,
    id,
    "aria-describedby": helpOf(id),
    onInput: ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) =>
      onChange(currentTarget.value === "" ? undefined : currentTarget.value),
  };
  return name === "password" ? (
    <input type="password" {...common} />
  ) : (
    <input type="text" placeholder="automatic" {...common} />
  );
}

function Choice({ values, value, onChange, id }: ControlProps & { readonly values: readonly unknown[] }) {
  return (
    <select
      value={JSON.stringify(value ?? null)}
      id={id}
      aria-describedby={helpOf(id)}
      onChange={(event) => onChange(JSON.parse(event.currentTarget.value))}
    >
      {values.map((one) => (
        <option key={String(one)} value={JSON.stringify(one)}>
          {one === null ? "none" : String(one)}
        </option>
      ))}
    </select>
  );
}

interface NumberInputProps extends ControlProps {
  readonly whole: boolean;
  readonly limits: FieldSchema;
}

function NumberInput({ whole, limits, value, onChange, id }: NumberInputProps) {
  return (
    <input
      type="number"
      step={whole ? 1 : "any"}
      min={limits.minimum}
      max={limits.maximum}
      value={typeof value === "number" ? value : ""}
      placeholder="automatic"
      id={id}
      aria-describedby={helpOf(id)}
      onInput={({ currentTarget }) =>
        onChange(currentTarget.value === "" ? null : currentTarget.valueAsNumber)
      }
    />
  );
}

/** Lists and other shapes are typed as JSON; what is no JSON yet is not taken. */
function JsonInput({ value, onChange, id }: ControlProps) {
  const [text, setText] = useState(JSON.stringify(value ?? null));
  const take = (typed: string) => {
    setText(typed);
    try {
      onChange(JSON.parse(typed));
    } catch {
      // The user is still typing.
    }
  };
  return (
    <input
      type="text"
      class="mono"
      value={text}
      id={id}
      aria-describedby={helpOf(id)}
      onInput={(event) => take(event.currentTarget.value)}
    />
  );
}
