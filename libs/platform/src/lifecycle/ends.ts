/** Things to be done at the end of a process, the last one first; before they exist there is nothing to do. */
export class Ends {
  private readonly ends: (() => Promise<void>)[] = [];

  add(end: () => Promise<void>): void {
    this.ends.unshift(end);
  }

  async run(): Promise<void> {
    for (const end of this.ends) await end();
  }
}
