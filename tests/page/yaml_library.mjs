// Lays the YAML library where the page's modules look for it in Node: import this before reading a file.
//
// The library comes with the package's dependencies, so Python knows where it is. Where `python` is not the
// one that has them, set CRUXMAP_JS_YAML to the path of js-yaml.js.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";

const WHERE = "from xstatic.pkg import js_yaml; print(js_yaml.BASE_DIR + '/js-yaml.js')";

function path() {
  if (process.env.CRUXMAP_JS_YAML) return process.env.CRUXMAP_JS_YAML;
  try {
    const options = { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
    return execFileSync("python", ["-c", WHERE], options).trim();
  } catch {
    throw new Error(
      "no YAML library: set CRUXMAP_JS_YAML to the path of js-yaml.js, or put a `python` on the path that " +
        "has the package's dependencies (pip install XStatic-js-yaml)",
    );
  }
}

globalThis.jsyaml = createRequire(import.meta.url)(path());
