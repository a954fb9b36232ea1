// Writes the page's worldview file for each of the cases on standard input, as JSON: `tests/test_page_files.py`.

import { readFileSync } from "node:fs";

import { worldviewFile } from "../../src/cruxmap/present/report/page/language/yaml.js";

const { model, cases } = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map((row) => worldviewFile(model, row))));
