/** @file The networks trained beforehand that experiments study: embedded ones or the user's own, looked at beside the data before any work. */
import { readFile } from '#files';
import { contentHash } from '../data/content-hash.ts';
import { ModelError } from '../model/model-error.ts';
import { modelAddress } from '../model/zoo.ts';
import { ModelFileError } from '../onnx/file/model-file-error.ts';
import { type Denoiser, openDenoiser } from '../prior/denoiser.ts';
import { PriorError } from '../prior/prior-error.ts';
import type { KnownModel } from './context.ts';
import type { DataKind, Experiment } from './experiment.ts';
import { ExperimentError } from './experiment-error.ts';
import { checkDenoiser, checkFit, type DataShape } from './source-fit.ts';

/** Which of the classifiers that were trained beforehand. */
export type ClassifierRole = 'standard' | 'robust' | 'second';

/** Which of the networks that were trained beforehand. */
export type SourceRole = ClassifierRole | 'denoiser';

/** What sources are opened with. */
export interface SourceOptions {
  readonly kind: DataKind;
  /** Networks in the place of the embedded ones: ONNX bytes. */
  readonly own: Readonly<Partial<Record<SourceRole, Uint8Array>>>;
  /** Opens a classifier; a size where its file leaves it open. */
  open(bytes: Uint8Array, name: string, size?: { height?: number; width?: number }): Promise<KnownModel>;
  /** Sizes of the data. */
  look(): Promise<DataShape>;
}

/** The sources of a run. */
export interface Sources {
  /** Refuses files that are no networks at all, before the data are opened. @throws ExperimentError */
  checkFiles(): Promise<void>;
  /** A classifier of the data. @throws ExperimentError where there is none, or the one given is of other data */
  classifier(role: ClassifierRole): Promise<KnownModel>;
  /** A denoiser of the data. @throws ExperimentError likewise */
  denoiser(): Promise<Denoiser>;
  /** Those that were opened, by their files' content. */
  readonly opened: ReadonlyMap<SourceRole, string>;
}

/** Opens sources when they are asked for. */
export function openSources({ kind, own, open, look }: SourceOptions): Sources {
  const opened = new Map<SourceRole, string>();
  const embedded = (role: SourceRole) => {
    if (kind === 'shapes' || kind === 'cifar10') return readFile(modelAddress(`zoo:${kind}-${role}`));
    throw new ExperimentError(
      `This experiment studies a ${nameOf(role)} of the data, and there is an embedded one for shapes and cifar10 alone: give yours with --${role} FILE.onnx.`,
    );
  };
  const openClassifier = async (role: ClassifierRole, size: { height?: number; width?: number } = {}) => {
    const bytes = own[role];
    if (bytes === undefined) return open(await embedded(role), `${kind}-${role}`);
    return open(bytes, role, size).catch((error: unknown) => {
      throw refusal(role, error);
    });
  };
  const openOwnDenoiser = (bytes: Uint8Array) =>
    openDenoiser(bytes).catch((error: unknown) => {
      throw refusal('denoiser', error);
    });
  return {
    opened,
    async checkFiles() {
      for (const role of Object.keys(own) as SourceRole[]) {
        if (role !== 'denoiser') await openClassifier(role);
        else await openOwnDenoiser(own.denoiser!);
      }
    },
    async classifier(role) {
      const first = await openClassifier(role);
      const data = await look();
      const { input } = first.model;
      const isOpen = input.height === undefined || input.width === undefined;
      const known = isOpen
        ? await openClassifier(role, { height: input.height ?? data.height, width: input.width ?? data.width })
        : first;
      checkFit(role, known.model, data);
      opened.set(role, known.hash);
      return known;
    },
    async denoiser() {
      const bytes = own.denoiser ?? (await embedded('denoiser'));
      const denoiser = await openOwnDenoiser(bytes);
      checkDenoiser(denoiser, await look());
      opened.set('denoiser', await contentHash(bytes));
      return denoiser;
    },
  };
}

/** A role in words. */
export function nameOf(role: SourceRole): string {
  return role === 'denoiser' ? role : `${role} model`;
}

/** Refuses a role that an experiment asks for and does not declare: such a network would be opened after work, and a user's own never. @throws TypeError */
export function checkDeclared({ name, sources = [] }: Pick<Experiment, 'name' | 'sources'>, role: SourceRole): void {
  if (sources.includes(role)) return;
  throw new TypeError(
    `The experiment ${name} asked for a ${nameOf(role)}, and its sources declare ${sources.join(', ') || 'none'}: add "${role}" to them.`,
  );
}

function refusal(role: SourceRole, error: unknown): unknown {
  if (!(error instanceof ModelFileError || error instanceof ModelError || error instanceof PriorError)) return error;
  return new ExperimentError(`The ${nameOf(role)}: ${error.message}`, { cause: error });
}
