/** @file Numbers of the bridge in sentences. */
import type { Estimate } from './interval.ts';

/** A number with three digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A dose as 8-bit levels, such as 8/255. */
export function levels(dose: number): string {
  return `${short(dose * 255)}/255`;
}

/** A share in per cent; less than a hundredth of one is 0. */
export function percentOf(share: number): string {
  return `${Math.abs(share) < 1e-4 ? 0 : short(100 * share)} %`;
}

/** A share with its interval. */
export function percent({ value, low, high }: Estimate): string {
  return low === high ? percentOf(value) : `${percentOf(value)} (${percentOf(low)} to ${percentOf(high)})`;
}

/** A number with its interval. */
export function estimate({ value, low, high }: Estimate): string {
  return low === high ? short(value) : `${short(value)} (${short(low)} to ${short(high)})`;
}
