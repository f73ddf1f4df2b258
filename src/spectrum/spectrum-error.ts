/** @file The error of spectra: pictures or options that do not fit. */

/** Pictures that have no spectrum, or options that do not fit them. */
export class SpectrumError extends Error {
  override readonly name = 'SpectrumError';
}
