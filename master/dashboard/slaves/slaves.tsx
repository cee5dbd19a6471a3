export function Slaves() {
  return <h1>Slaves</h1>;
}
