import type { Client } from 'pg';
import { addNaturalDays, nationalCalendar, type WorkingDayCalendar } from '../measures/calendar.js';
import { dueDate } from '../measures/due-date.js';

/** The clause whose duty this folder keeps. */
export const deliveryClause = 'XT-5.1.2c';

/**
 * Days of action beyond the published calendar that get (provisional) due days all the same: decisions are dated ahead
 * by weeks, not by years, and a new calendar is published every autumn.
 */
const daysBeyond = 366;

/** When the duty of an action of one day is due, under both readings of A-01. */
export interface DueDay {
  readonly actedOn: string;
  readonly due: string;
  readonly dueProvisional: boolean;
  readonly altDue: string;
  readonly altProvisional: boolean;
}

/** The due day under both readings. Throws DueDateError for a day that is none. */
export function dueDayOf(actedOn: string, calendar: WorkingDayCalendar = nationalCalendar()): DueDay {
  const [stated, alternative] = dueDate(deliveryClause, actedOn, { calendar }).readings;
  if (!stated || !alternative) throw new Error(`${deliveryClause} is expected to have two readings (A-01)`);
  return {
    actedOn,
    due: stated.due,
    dueProvisional: stated.provisional,
    altDue: alternative.due,
    altProvisional: alternative.provisional,
  };
}

function* daysOf(calendar: WorkingDayCalendar): Generator<string> {
  const { from, until } = calendar.published;
  const last = addNaturalDays(until, daysBeyond);
  for (let day = from; day <= last; day = addNaturalDays(day, 1)) yield day;
}

/** Writes the due days of the calendar of this release; those that are there already stay. About 9,000 rows. */
export async function writeDueDays(client: Pick<Client, 'query'>, calendar: WorkingDayCalendar = nationalCalendar()): Promise<void> {
  const days = [...daysOf(calendar)].map((day) => dueDayOf(day, calendar));
  await client.query(
    `INSERT INTO hub.delivery_due AS d (acted_on, due, due_provisional, alt_due, alt_provisional)
     SELECT * FROM unnest($1::date[], $2::date[], $3::boolean[], $4::date[], $5::boolean[])
     ON CONFLICT (acted_on) DO UPDATE
        SET (due, due_provisional, alt_due, alt_provisional) = (excluded.due, excluded.due_provisional, excluded.alt_due, excluded.alt_provisional)
      WHERE (d.due, d.due_provisional, d.alt_due, d.alt_provisional)
            IS DISTINCT FROM (excluded.due, excluded.due_provisional, excluded.alt_due, excluded.alt_provisional)`,
    [
      days.map(({ actedOn }) => actedOn),
      days.map(({ due }) => due),
      days.map(({ dueProvisional }) => dueProvisional),
      days.map(({ altDue }) => altDue),
      days.map(({ altProvisional }) => altProvisional),
    ],
  );
}
