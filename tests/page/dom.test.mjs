import assert from "node:assert/strict";
import { test } from "node:test";

import {
  h,
  isSafeAddress,
  link,
  liveRegion,
  s,
  section,
  setText,
} from "../../src/cruxmap/present/report/page/view/dom.js";
import { fakeDocument } from "./fake_document.mjs";

fakeDocument();

test("texts are text nodes, whatever is in them", () => {
  const made = h("p", null, "<img src=x onerror=alert(1)>", 3, null, false, ["a", h("b", null, "c")]);
  assert.equal(made.textContent, "<img src=x onerror=alert(1)>3ac");
  assert.deepEqual(
    made.childNodes.map((node) => node.nodeType),
    [3, 3, 3, 1],
  );
});

test("attributes that could run a text are refused", () => {
  assert.throws(() => h("p", { onclick: "alert(1)" }), TypeError);
  assert.throws(() => h("p", { style: "color: red" }), TypeError);
  assert.throws(() => h("iframe", { srcdoc: "<p>" }), TypeError);
  assert.equal(h("a", { href: "javascript:alert(1)" }).getAttribute("href"), "#");
});

test("links lead to http(s) or into the page", () => {
  for (const good of ["https://a.org/x", "http://a.org", "#entry-a"]) assert.ok(isSafeAddress(good));
  for (const bad of ["javascript:1", "data:text/html,x", " javascript:1", "//a.org", "file:///x"]) {
    assert.ok(!isSafeAddress(bad), bad);
    assert.equal(link(bad, "words").tag, "span");
  }
  assert.equal(link("https://a.org", "words").getAttribute("rel"), "noopener noreferrer");
});

test("attributes are set, left out, and listened to", () => {
  let clicked = 0;
  const given = {
    class: ["a", false, "b"],
    title: null,
    "aria-pressed": "true",
    onclick: () => clicked++,
  };
  const made = h("button", given);
  made.listeners.click();
  assert.equal(clicked, 1);
  assert.deepEqual(made.attributes, { class: "a b", "aria-pressed": "true" });
  assert.equal(s("path", { d: "M0 0" }).namespace, "http://www.w3.org/2000/svg");
});

test("a section has a heading with its own link", () => {
  const made = section("parting", "Where two part");
  assert.equal(made.attributes.id, "parting");
  assert.equal(made.all((e) => e.tag === "a")[0].attributes.href, "#parting");
});

test("a live region says the last text only, once it is quiet", async () => {
  const { element, say } = liveRegion(5);
  say("one");
  say("two");
  assert.equal(element.textContent, "");
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(element.textContent, "two");
  setText(element, "two");
  assert.equal(element.textContent, "two");
});
