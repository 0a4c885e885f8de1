import { open, rename, rm } from 'node:fs/promises';
import type { TokenHandOver } from '#application';

const OWNER_ONLY = 0o600;

/** Into a file that only its owner can read, or as one line of text where no file was named. */
export function handOverTo(file: string | null, print: (line: string) => void): TokenHandOver {
  if (file !== null) return (token) => writeSecret(file, `${token}\n`);
  return async (token) => print(`access token (shown this once, keep it): ${token}`);
}

/** Whole or not at all: written beside its place, then moved there. */
async function writeSecret(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.new`;
  await rm(draft, { force: true });
  const handle = await open(draft, 'wx', OWNER_ONLY);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}
