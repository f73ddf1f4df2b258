/** @file What a command may touch: streams, and the signal that Ctrl-C raises. */
import type { CommandContext } from '@stricli/core';

/** Given to every command, so that tests can run one without a process. */
export interface CliContext extends CommandContext {
  /** Sets the exit code of a command that ends well. */
  exitWith(code: number): void;
  readonly signal: AbortSignal;
  /** Whether progress may overwrite its line. */
  readonly interactive: boolean;
}

/** One line of progress on stderr. */
export interface Progress {
  update(text: string): void;
  stop(): void;
}

/** Progress that overwrites its line on a terminal and stays quiet elsewhere but for its first and last words. */
export async function startProgress({ process, interactive }: CliContext, text: string): Promise<Progress> {
  if (!interactive) {
    process.stderr.write(`${text}\n`);
    return { update: () => {}, stop: () => {} };
  }
  const { default: ora } = await import('ora');
  const spinner = ora({ text, discardStdin: false }).start();
  return {
    update: (next) => {
      spinner.text = next;
      spinner.render();
    },
    stop: () => {
      spinner.stop();
    },
  };
}

/** The result of work with a line of progress, which `update` replaces and which goes when the work ends. */
export async function withProgress<T>(
  context: CliContext,
  title: string,
  work: (update: (text: string) => void) => Promise<T>,
): Promise<T> {
  const progress = await startProgress(context, title);
  try {
    return await work((text) => progress.update(`${title}: ${text}`));
  } finally {
    progress.stop();
  }
}
