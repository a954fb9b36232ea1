// What the script of a questionnaire writes and says.

import assert from "node:assert/strict";
import { test } from "node:test";

import { cell, table, troubleWith } from "../../src/cruxmap/present/report/page/form.js";

const PHRASES = { probability: { "as good as sure": "97% to 99%" }, ratio: { slight: "1.1x to 1.5x" } };

test("a cell has quotation marks where it needs them", () => {
  assert.equal(cell("5% to 10%"), "5% to 10%");
  for (const text of ["5,5 %", "a;b", "a|b", "a ", " a"]) assert.equal(cell(text), `"${text}"`);
  assert.equal(cell('so "it" is'), '"so ""it"" is"');
});

test("no cell is a formula, and none ends its line", () => {
  for (const first of "=+-@\uff1d\uff0b\uff0d\uff20") assert.ok(cell(`${first}1`).startsWith(`'${first}`));
  assert.equal(cell("a\r\nb\u2028c"), "a b c");
});

test("a table has a mark, its header and a row for each answer, the range left empty", () => {
  const answers = [{ row: "1,rain,judgement", answer: " 5% " }, { row: "2,wet,stated", answer: "" }];
  const columns = "number,id,kind,answer,low,high";
  const lines = ["\ufeffnumber,id,kind,answer,low,high", "1,rain,judgement,5%,,", "2,wet,stated,,,", ""];
  assert.equal(table(columns, answers), lines.join("\r\n"));
});

test("what can be read is no trouble, in other capitals and with a decimal comma too", () => {
  const likely = ["", " ", "5%", "0,05", "5,5 %", "Very Likely", "as good as sure", "5%-10%", "skip"];
  for (const text of likely) assert.equal(troubleWith(text, "p", PHRASES), "", text);
  const times = ["3x", "3 x", "2-5x", "slight"];
  for (const text of times) assert.equal(troubleWith(text, "s", PHRASES), "", text);
  assert.equal(troubleWith("rest", "share", PHRASES), "");
  assert.equal(troubleWith("don\u2019t know", "s", PHRASES), "");
});

test("what cannot be read is told in the language's words", () => {
  assert.equal(troubleWith("5", "p", PHRASES), "cannot read \u201c5\u201d (did you mean \u201c5%\u201d?)");
  assert.match(troubleWith("1,000", "p", PHRASES), /^cannot read/u);
  assert.match(troubleWith("rest", "p", PHRASES), /^cannot read/u);
  assert.match(troubleWith("0.5x", "s", PHRASES), /works backwards/u);
});
