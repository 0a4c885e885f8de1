const { default: Sequencer } = require('@jest/test-sequencer'); // A part of jest, of its version.

/** What starts processes or plays days takes longest, however short its file; one of these alone at the end would keep a worker idle. */
const LONGEST_FIRST = [/\/test\/(e2e\/(faults|runner|trading)|parity)\/|\/test\/simulation\/[^/]+$/, /\/test\/e2e\//, /\/test\//];

const rankOf = (path) => {
  const rank = LONGEST_FIRST.findIndex((pattern) => pattern.test(path));
  return rank === -1 ? LONGEST_FIRST.length : rank;
};

/** Jest's own order is by how long each took the last time. On a machine that has none of it, by the folder comes before by the size. */
module.exports = class LongestFirstSequencer extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isKnown = (test) => this.time(test) !== undefined;
    return [...sorted.filter((test) => !isKnown(test)).toSorted((one, other) => rankOf(one.path) - rankOf(other.path)), ...sorted.filter(isKnown)];
  }
};
