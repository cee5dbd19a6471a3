// Given to master and slave with --import: their tasks then include those of bench/speed/registry/registry.mjs.
import { register } from "node:module";

register("./resolve.mjs", import.meta.url);
