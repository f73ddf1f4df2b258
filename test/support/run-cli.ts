/** @file Runs the command line in a process of its own, as a user does. */
import { spawnSync } from 'node:child_process';

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;

/** What a run printed, and its exit code. */
export interface CliRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `pareidolia`, run in a folder. */
export function cliIn(folder: string): (...args: readonly string[]) => CliRun {
  return (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: 'utf8' });
    return { status, stdout, stderr };
  };
}
