/**
 * The YAML library, js-yaml, which is no source of ours: packaging puts its text in the place of this
 * module (`packaging.py`), and Node's tests lay it in `globalThis` (`tests/page/yaml_library.mjs`).
 *
 * It is made when a file is read, and not before.
 */
export function yamlLibrary() {
  const library = globalThis.jsyaml;
  if (library !== undefined) return library;
  throw new Error('there is no YAML library: in Node, import "tests/page/yaml_library.mjs" first');
}
