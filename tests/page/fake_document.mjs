/** A document with as much of the DOM as the views use, for tests in Node. */

class FakeNode {
  constructor(nodeType, text = "") {
    this.nodeType = nodeType;
    this.childNodes = [];
    this.data = text;
    this.parentNode = null;
  }

  append(...nodes) {
    for (const node of nodes) {
      node.parentNode = this;
      this.childNodes.push(node);
    }
  }

  replaceChildren(...nodes) {
    this.childNodes = [];
    this.append(...nodes);
  }

  get textContent() {
    return this.nodeType === 3 ? this.data : this.childNodes.map((node) => node.textContent).join("");
  }

  set textContent(text) {
    this.replaceChildren(...(text === "" ? [] : [new FakeNode(3, text)]));
  }
}

class FakeElement extends FakeNode {
  constructor(tag, namespace) {
    super(1);
    this.tag = tag;
    this.namespace = namespace;
    this.attributes = {};
    this.listeners = {};
    this.style = {
      setProperty(name, value) {
        this[name] = value;
      },
    };
    this.dataset = {};
    if (["input", "select", "textarea", "option", "button"].includes(tag)) {
      Object.assign(this, { value: "", disabled: false, checked: false, selected: false });
    }
    this.hidden = false;
  }

  setAttribute(name, value) {
    this.attributes[name] = String(value);
  }

  getAttribute(name) {
    return this.attributes[name] ?? null;
  }

  focus() {}

  removeAttribute(name) {
    delete this.attributes[name];
  }

  addEventListener(event, action) {
    this.listeners[event] = action;
  }

  get classList() {
    const names = () => new Set((this.attributes.class ?? "").split(" ").filter(Boolean));
    const write = (set) => {
      this.attributes.class = [...set].join(" ");
    };
    return {
      contains: (name) => names().has(name),
      toggle: (name, on) => {
        const set = names();
        if (on ?? !set.has(name)) set.add(name);
        else set.delete(name);
        write(set);
      },
    };
  }

  /** All elements below for which a test is true, in order. */
  all(test) {
    const below = this.childNodes.filter((node) => node.nodeType === 1);
    return below.flatMap((node) => [...(test(node) ? [node] : []), ...node.all(test)]);
  }
}

/** Puts a fake document in place of the global one, and returns it. */
export function fakeDocument() {
  const made = {
    createElement: (tag) => new FakeElement(tag, null),
    createElementNS: (namespace, tag) => new FakeElement(tag, namespace),
    createTextNode: (text) => new FakeNode(3, text),
    documentElement: new FakeElement("html", null),
    getElementById: () => new FakeElement("section", null),
    addEventListener: () => {},
  };
  globalThis.document = made;
  globalThis.addEventListener = () => {};
  globalThis.requestAnimationFrame = (run) => setTimeout(run, 0);
  globalThis.IntersectionObserver = class {
    constructor(tell) {
      this.tell = tell;
    }

    observe() {
      this.tell([{ isIntersecting: true }]);
    }
  };
  return made;
}
