// Work of a drag is done once a frame, and how long it takes until it is painted is measured.

/** The name of the measures, for `performance.getEntriesByName`. */
const SET_TO_PAINT = "cruxmap:set-to-paint";

/**
 * Return a function that does `work` with the last value it was given, at most once a frame, and its
 * `flush`, which does at once what waits. Each is measured from its start until after the paint.
 */
export function framed(work) {
  let waiting = null;
  let frame = 0;

  function run() {
    const value = waiting;
    waiting = null;
    if (value !== null) {
      measured(() => work(value[0]));
    }
  }

  function later(value) {
    if (waiting === null) {
      frame = requestAnimationFrame(run);
    }
    waiting = [value];
  }

  later.flush = () => {
    cancelAnimationFrame(frame);
    run();
  };
  return later;
}

/** Do some work, and measure how long it takes until it is painted. */
export function measured(work) {
  const start = performance.now();
  try {
    work();
  } finally {
    const channel = new MessageChannel(); // a message is handled after the frame that is being made
    channel.port1.onmessage = () => {
      channel.port1.close();
      performance.measure(SET_TO_PAINT, { start });
    };
    channel.port2.postMessage(null);
  }
}
