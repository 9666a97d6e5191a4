import { z } from 'zod';
import { cities, type City } from './clauses.js';
import { dataFile, type Frozen } from './data-file.js';

const divisionSchema = z.strictObject({
  code: z.string().regex(/^\d{6}$/),
  nameZh: z.string(),
  nameEn: z.string(),
  /** First year of the code; null where it is not known or always was. */
  from: z.int().nullable().default(null),
  /** Last year of the code; null while it is in force. */
  until: z.int().nullable().default(null),
  /** Code of the division that holds the area today. */
  now: z.string().nullable().default(null),
});

const fileSchema = z
  .strictObject({
    cities: z.array(z.strictObject({ city: z.enum(cities), code: z.string(), divisions: z.array(divisionSchema) })),
  })
  .transform((file) => file.cities.flatMap(({ city, divisions }) => divisions.map((division) => ({ ...division, city }))));

/** A district or county of Tianjin or Xiamen during the years in which it bore its code. */
export type Division = Frozen<z.output<typeof fileSchema>>[number];

/** All divisions, also those of the past. A code may occur twice: 350205 was 杏林区 and is 海沧区. */
export const divisions: () => readonly Division[] = dataFile('divisions.yaml', fileSchema);

/** The divisions of a city, or of both: all of history, or those in force on a day (`YYYY-MM-DD`). */
export function divisionsOf(city: City | null, at: string | null): readonly Division[] {
  return divisions().filter((division) => (city === null || division.city === city) && (at === null || inForce(division, at)));
}

/**
 * The division a code meant on a day (`YYYY-MM-DD`), or null. Codes inside a credit code or on an old permit are frozen
 * at the day of registration: never read them with today's meaning.
 */
export function divisionAt(code: string, at: string): Division | null {
  return divisions().find((division) => division.code === code && inForce(division, at)) ?? null;
}

/** The division that holds the area today: the division itself while it is in force. */
export function successorOf(division: Division): Division {
  if (division.now === null) return division;
  const successor = divisions().find(({ code, until }) => code === division.now && until === null);
  if (!successor) throw new Error(`Divisions: ${division.code} ${division.nameZh} passes into ${division.now}, which is not in force.`);
  return successor;
}

/** Years are all the sources give: a division is taken to hold its code from 1 January of the first to the end of the last. */
function inForce({ from, until }: Division, at: string): boolean {
  const year = Number(at.slice(0, 4));
  return (from === null || year >= from) && (until === null || year <= until);
}
