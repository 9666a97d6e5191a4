import { listingOrgans } from '../../credit/organs.js';
import { agencyOfCode, type AgencyRecord } from '../../measures/agencies.js';
import { IntakeError } from '../intake-error.js';
import type { Profile } from '../profile.js';
import type { ListProfile } from './list-profile.js';

/**
 * The organ whose list a file is: that of the register a profile names, else the one named at the import. Throws
 * IntakeError IMPORT_ORGAN_UNFIT where it is none that lists (YZ-3.5b), another than the register's, or missing.
 */
export function organOfLists({ profile, register }: ListProfile, named: string | null): AgencyRecord {
  const code = register?.organ ?? named;
  const organ = code === null ? null : agencyOfCode(code);
  const fits = register ? named === null || named === register.organ : listingOrgans.some((kind) => kind === organ?.kind);
  if (organ && fits) return organ;
  throw new IntakeError('IMPORT_ORGAN_UNFIT', {
    zh: register ? `导入配置 ${profile} 已写明登记机关 ${register.organ}，请勿用 --organ 指定其他机关；文件未导入。` : `导入配置 ${profile} 须用 --organ 指定认定机关代码（能认定名单的机关，见 hub agencies）；文件未导入。`,
    en: register
      ? `The profile ${profile} names its register ${register.organ}: leave --organ out; nothing was imported.`
      : `The profile ${profile} needs --organ with the code of the organ that answers for the list (one that lists, see hub agencies); nothing was imported.`,
  });
}

/** Refuses an organ that is named for a file that is no list: its rows say who decided. */
export function assertNoOrgan({ profile }: Profile, named: string | null): void {
  if (named === null) return;
  throw new IntakeError('IMPORT_ORGAN_UNFIT', {
    zh: `导入配置 ${profile} 不是名单，各行自有决定机关，请去掉 --organ；文件未导入。`,
    en: `The profile ${profile} is none of lists and its rows say who decided: leave --organ out; nothing was imported.`,
  });
}
