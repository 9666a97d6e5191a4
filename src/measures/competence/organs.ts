import { bodyOn, districtOf, districts, freeTradeAreas, type District } from '../agencies.js';
import type { Situation } from './question.js';
import type { Seat } from './rule.js';
import type { CompetenceSettings } from './settings.js';

/** Seats that belong to the district of a location; for a free-trade area that is Binhai. */
const seatsOfDistrict: ReadonlySet<Seat | null> = new Set(['DISTRICT_APPROVAL', 'DISTRICT_HRSS']);

/** Whether it is A-07 that leads from the location to this seat. */
export function restsOnOverlap(seat: Seat | null, { place }: Situation): boolean {
  return place === 'FTZ' && seatsOfDistrict.has(seat);
}

/** The code of the body that holds a seat in a situation, on its day. */
export function organOf(seat: Seat, situation: Situation, settings: CompetenceSettings, decider: string | null): string {
  switch (seat) {
    case 'AREA':
      return `FTZ_${freeTradeAreas.find(({ location }) => location === situation.location)?.area ?? ''}_APPROVAL`;
    case 'DISTRICT_APPROVAL':
      return `${stemOf(districtOf(situation.location))}_APPROVAL`;
    case 'DISTRICT_HRSS':
      return `${stemOf(districtOf(situation.location))}_HRSS`;
    case 'PRINCIPAL_OFFICE':
      return `${stemOf(situation.principalOffice)}_APPROVAL`;
    case 'BINHAI_ROUTE':
      return settings.specialHoursInBinhai.filter(({ from }) => from === null || from <= situation.at).at(-1)?.decides ?? '';
    case 'DECIDER':
      return decider ?? '';
    default:
      return bodyOn(seat, situation.at);
  }
}

function stemOf(code: string | null): District['stem'] | '' {
  return districts.find((district) => district.code === code)?.stem ?? '';
}
