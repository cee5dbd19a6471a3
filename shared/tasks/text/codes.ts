/** ISO 639-1 codes, each with its ISO 639-3 code: "deu" is written "dedeu". */
const CODES = `
  aaaar ababk aeave afafr akaka amamh anarg arara asasm avava ayaym azaze babak bebel bgbul bibis bmbam bnben
  bobod brbre bsbos cacat ceche chcha cocos crcre csces cuchu cvchv cycym dadan dedeu dvdiv dzdzo eeewe elell
  eneng eoepo esspa etest eueus fafas ffful fifin fjfij fofao frfra fyfry gagle gdgla glglg gngrn guguj gvglv
  hahau heheb hihin hohmo hrhrv hthat huhun hyhye hzher iaina idind ieile igibo iiiii ikipk ioido isisl itita
  iuiku jajpn jvjav kakat kgkon kikik kjkua kkkaz klkal kmkhm knkan kokor krkau kskas kukur kvkom kwcor kykir
  lalat lbltz lglug lilim lnlin lolao ltlit lulub lvlav mgmlg mhmah mimri mkmkd mlmal mnmon mrmar msmsa mtmlt
  mymya nanau nbnob ndnde nenep ngndo nlnld nnnno nonob nrnbl nvnav nynya ococi ojoji omorm orori ososs papan
  pipli plpol pspus ptpor quque rmroh rnrun roron rurus rwkin sasan scsrd sdsnd sesme sgsag sisin skslk slslv
  smsmo snsna sosom sqsqi srsrp ssssw stsot susun svswe swswa tatam tetel tgtgk ththa titir tktuk tltgl tntsn
  toton trtur tstso tttat twtwi tytah uguig ukukr ururd uzuzb veven vivie vovol wawln wowol xhxho yiyid yoyor
  zazha zhzho zuzul
`;

/** Codes of single languages that stand for their macrolanguage, and older codes. */
const OTHERS: Readonly<Record<string, string>> = {
  cmn: "zho",
  pes: "fas",
  arb: "ara",
  ekk: "est",
  lvs: "lav",
  nor: "nob",
  iw: "heb",
  fil: "tgl",
};

const pairs = CODES.trim()
  .split(/\s+/)
  .map((pair) => [pair.slice(0, 2), pair.slice(2)] as const);
const threeOf: ReadonlyMap<string, string> = new Map(pairs);
const twoOf: ReadonlyMap<string, string> = new Map(pairs.map(([two, three]) => [three, two]));

/** ISO 639-3 code of a code of two or three letters; an unknown code is kept. */
export function longCode(code: string): string {
  return OTHERS[code] ?? threeOf.get(code) ?? code;
}

/** BCP 47 tag of a code of three letters: the code of two letters if there is one. */
export function shortCode(code: string): string {
  return twoOf.get(code) ?? code;
}
