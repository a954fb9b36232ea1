// Updates only what can be seen, so that a drag stays within a frame however long the page is.

/**
 * @returns {{watch: (element: Element, update: () => void) => void, leave: (element: Element) => void,
 *   run: () => void, runAll: () => void}} `run` updates what is on the screen; the
 *   rest is updated when it comes there. `runAll` updates the rest too, for paper.
 */
export function onScreen(margin = "200px") {
  const updates = new Map();
  const visible = new Set();
  let runs = 0;
  const observer = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) {
        if (isIntersecting) {
          visible.add(target);
          updateOne(target);
        } else {
          visible.delete(target);
        }
      }
    },
    { rootMargin: margin },
  );

  function updateOne(element) {
    const entry = updates.get(element);
    if (entry !== undefined && entry.run !== runs) {
      entry.run = runs;
      entry.update();
    }
  }

  return {
    watch(element, update) {
      updates.set(element, { update, run: runs });
      update();
      observer.observe(element);
    },
    leave(element) {
      observer.unobserve(element);
      updates.delete(element);
      visible.delete(element);
    },
    run() {
      runs += 1;
      for (const element of visible) {
        updateOne(element);
      }
    },
    runAll() {
      updates.forEach((_, element) => updateOne(element));
    },
  };
}
