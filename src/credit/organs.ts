/** The organs that list, and answer for what they listed (YZ-3.5b, YZ-3.5c, XM-3.6.4b). */
export const listingOrgans = ['MUNI_HRSS', 'DISTRICT_HRSS', 'DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL', 'XM_HRSS', 'XM_DISTRICT_HRSS', 'XM_UNIT'] as const;

/** The units of Xiamen that inspect, and answer for the credit records of their results (XM-3.6.4a). */
export const recordingUnits = ['XM_HRSS', 'XM_DISTRICT_HRSS', 'XM_UNIT'] as const;

/** The credit centres, single windows of their cities (src/measures/credit/credit-case.ts), and who files and handles cases with them. */
export const caseHandlers = [...listingOrgans, 'CREDIT_PLATFORM', 'XM_CREDIT_DIV'] as const;
