// Writes the page's zip file for the files on standard input, as JSON: `tests/test_page_zip.py`.

import { readFileSync } from "node:fs";

import { folderZip } from "../../src/cruxmap/present/report/page/zip.js";

process.stdout.write(await folderZip(JSON.parse(readFileSync(0, "utf8"))));
