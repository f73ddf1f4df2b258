/** @file The public face of the bridge: `pareidolia/bridge`. */
export { type BridgeFindings, type BridgeOptions, bridge, type PatternFindings, usualDoses } from './bridge.ts';
export { BridgeError } from './bridge-error.ts';
export type { SeenDose } from './compare-doses.ts';
export type { Estimate } from './interval.ts';
export type { Linearity } from './linearity.ts';
export { type Link, type LinkName, lines, type VerdictSource } from './link.ts';
export type { LocalLinearity } from './local-linearity.ts';
export type { DoseReactions, Ground, PatternReactions } from './measure-doses.ts';
export type { Pattern, Strength } from './pattern.ts';
export { phaseScrambled } from './phase-scramble.ts';
export { verdictOf } from './verdict.ts';
