/** @file Reports: pages of pictures, curves and tables that are one HTML file each. */
export { type Bar, bars, type LineChart, lineChart, type Series, type Tone } from './chart.ts';
export { type Cell, figure, inlinePicture, type PictureRowOptions, pictureRow } from './figure.ts';
export { type Content, escapeText, Html, html } from './html.ts';
export { commands, details, type Page, page, remark, type Section } from './page.ts';
export type { Axis } from './plot.ts';
export { type Table, table } from './table.ts';
