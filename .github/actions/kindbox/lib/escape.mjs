// @ts-check
/* eslint-disable no-control-regex -- control characters are what this file is about */

/** C0 but tab and newline, DEL, C1, and the marks that reorder text. */
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text of a workflow command. Source: the mappings in actions/runner's ActionCommand.cs.
 * @param {string} text
 */
export function escapeData(text) {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/**
 * Value of a workflow command's property.
 * @param {string} text
 */
export function escapeProperty(text) {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/**
 * Lines of text that is not ours, without what would steer a terminal or the log's viewer.
 * @param {string} text
 * @returns {string[]}
 */
export function linesOf(text) {
  return text.split(/\r\n|\r|\n|\u2028|\u2029/).map((line) => line.replace(CONTROL_CHARACTERS, ''));
}

/**
 * A cell of a Markdown table, as code; HTML and links in it are text.
 * @param {string} text
 */
export function markdownCell(text) {
  const shown = linesOf(text).join(' ').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<code>${shown.replace(/[\\`*_{}[\]()#!|~]/g, (mark) => `&#${mark.charCodeAt(0)};`)}</code>`;
}
