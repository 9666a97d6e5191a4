const msPerDay = 86_400_000;

/** Day 0 of both systems. In the first, day 60 is 1900-02-29, which never was: days before it lie one later. */
const origin1900 = Date.UTC(1899, 11, 30);
const origin1904 = Date.UTC(1904, 0, 1);
const falseLeapDay = 60;

/** 9999-12-31. */
const lastSerial = 2_958_465;

/** Table programs keep 15 digits of a number. */
const exactIntegers = 1e15;

/**
 * A number as a person reads it, from the text of the XML: `0.10000000000000001` is 0.1, `9.1E2` is 910. From 10^15 on
 * the last digits are lost already and the exponent form says so: a code written as a number is damaged (`…E+17`).
 */
export function numberText(xml: string): string {
  const value = Number(xml);
  if (xml.trim() === '' || !Number.isFinite(value)) return xml;
  if (Math.abs(value) >= exactIntegers) return value.toExponential().toUpperCase();
  return String(value);
}

/** A day number as `YYYY-MM-DD`, with ` HH:MM:SS` where it has a time, or the time alone. A number that is no day stays one. */
export function dateText(xml: string, from1904: boolean): string {
  const serial = Number(xml);
  if (xml.trim() === '' || !(serial >= 0 && serial <= lastSerial)) return numberText(xml);
  const seconds = Math.round(serial * 86_400);
  const time = new Date(seconds * 1000).toISOString().slice(11, 19);
  const day = Math.floor(seconds / 86_400);
  if (day === 0 && !from1904) return time;
  if (!from1904 && day === falseLeapDay) return '1900-02-29';
  const origin = from1904 ? origin1904 : origin1900 + (day < falseLeapDay ? msPerDay : 0);
  const date = new Date(origin + day * msPerDay).toISOString().slice(0, 10);
  return time === '00:00:00' ? date : `${date} ${time}`;
}

/** An ISO 8601 cell (`t="d"`) in the form of `dateText`. */
export function isoText(xml: string): string {
  return xml.trim().replace(/(\.\d+)?Z?$/, '').replace('T', ' ').replace(/ 00:00:00$/, '');
}

/** The column of a reference such as `AB12`, from 0, or null where it names none. */
export function columnOf(reference: string | undefined): number | null {
  if (reference === undefined) return null;
  let column = 0;
  for (let at = 0; at < reference.length; at += 1) {
    const letter = reference.charCodeAt(at) - 64;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
  }
  return column > 0 ? column - 1 : null;
}
