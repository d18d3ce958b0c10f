/** Every text of the auditor's stories and reports in Persian. Its shape is the catalogue's type. */
import { persianDigits as n } from '../../core/text/persian.ts'

/** A Gregorian date runs from left to right: among Persian its hyphens would turn its parts around (UAX #9, W2 and W4). */
const isolated = (date: string) => `\u2066${date}\u2069`

export const fa = {
  holds: (what: string) => `تأیید می‌شود: ${what}`,
  holdsGiven: (what: string, missing: string) =>
    `آنچه داده شده تأیید می‌شود: ${what}؛ داده نشده است: ${missing}`,
  doesNotHold: (what: string) => `تأیید نمی‌شود: ${what}`,
  also: (what: string) => `همچنین ${what}`,
  moreFindings: (more: number) =>
    `و ${n(more)} ایراد دیگر، که «\u2066sandogh audit verify\u2069» آنها را می‌گوید`,
  bundleOf: (device: string, station: string) => `پروندهٔ دستگاه ${device} از شعبهٔ ${station}`,
  given: (bundles: number, stations: number, ballots: number) =>
    `${n(bundles)} پرونده، ${n(stations)} شعبه، ${n(ballots)} رأی`,
  missingDevice: (device: string, station: string) => `دستگاه ${device} از شعبهٔ ${station}`,
  declaredDead: (device: string, at: string, time: string) =>
    `${device} که دو مسئول در دستگاه ${at} از کار افتادنش را اعلام کردند (${time})`,
  missingCheckIn: (station: string) => `پذیرش شعبهٔ ${station}`,
  andMore: (more: number) => `و ${n(more)} مورد دیگر`,
  unverified:
    'آنچه در پی می‌آید از دفتری است که درستی آن تأیید نشده، تا جایی که خواندنی است: هیچ چیز آن را ثابت‌شده نگیرید.',
  notReadOn: (place: string) => `از اینجا به بعد خوانده نمی‌شود: ${place}`,
  noStory: 'دفتری که بتوان خواند در کار نیست.',
  election: (name: string, title: string, hash: string) =>
    `انتخابات ${title}، ${name}؛ بستهٔ انتخابات ${hash}`,
  rehearsal: 'تمرین است، انتخابات نیست',
  seeded: 'عددهای تصادفی ساختگی بوده و محرمانه نیست: شبیه‌سازی است، انتخابات نیست',
  authorityFromPackage:
    'کلید مرجع انتخابات از خود بستهٔ انتخابات گرفته شد؛ اثر انگشت SHA-256 آن را با آنچه منتشر شده بسنجید:',
  tallyNotVerified: 'شمارش آرا تأیید نشده است: برای آن برگه‌های کاغذی یا امینان لازم است',
  clockOf: (day: string, solar: string, zone: string) =>
    `روز رأی‌گیری ${solar} (${isolated(n(day))})، ساعت‌ها به وقت ${zone}؛ ساعتی که تاریخ ندارد از همین روز است`,
  noZone: (day: string) => `بستهٔ انتخابات خوانده نمی‌شود: ساعت‌ها به وقت جهانی است، روز ${isolated(n(day))}`,
  numbers: (ballots: number, voids: number, batches: number, entries: number) =>
    `${n(ballots)} رأی، ${n(voids)} برگهٔ باطل، ${n(batches)} بستهٔ مهرشده، ${n(entries)} ردیف دفتر`,
  openFromTo: (from: string, until: string, lasted: string) => `رأی‌گیری از ${from} تا ${until} (${lasted})`,
  openedFrom: (from: string) => `رأی‌گیری از ${from}`,
  openedNeverClosed: (from: string) => `رأی‌گیری از ${from}؛ هرگز پایان نیافته است`,
  neverOpened: 'رأی‌گیری هرگز آغاز نشده است',
  program: (software: string, hash: string) => `برنامهٔ ${software}، ${hash}`,
  duration: {
    seconds: (s: number) => `${n(s)} ثانیه`,
    minutes: (m: number) => `${n(m)} دقیقه`,
    hours: (h: number, m: number) => `${n(h)} ساعت و ${n(m)} دقیقه`,
  },
  plot: {
    open: 'رأی‌گیری باز',
    stopped: 'ایستاده',
    closed: 'بسته',
    ballots: (most: number) => (most === 0 ? 'رأیی نیست' : `رأی در هر نیم ساعت، بلندترین ${n(most)} رأی`),
    ballotsEach: 'رأی در هر نیم ساعت',
    noPolls: 'چیزی در این دفتر از روز رأی‌گیری نیست: نمودار زمان ندارد.',
    marks: {
      alarm: 'از کار ایستادن یا هشدار دربارهٔ همسایه',
      tamper: 'دستکاری',
      restart: 'روشن شدن دوباره',
      line: 'از کار افتادن یک بخش',
      printer: 'چاپگر',
    },
  },
  heading: {
    day: 'روز دستگاه',
    byHour: 'رأی در هر ساعت',
    refused: 'کارت‌های پذیرفته‌نشده',
    silences: 'سکوت: رأی‌گیری باز بود و نیم ساعت یا بیشتر چیزی در دفتر نیست',
    faults: 'خرابی‌ها',
    clock: 'ساعت دستگاه',
    remained: 'آنچه ماند',
  },
  none: 'هیچ',
  times: (t: number) => `${n(t)} بار`,
  repeated: (t: number, until: string) => `، ${n(t)} بار تا ${until}`,
  moreEvents: (more: number) => `… و ${n(more)} رویداد دیگر`,
  moreOfThem: (more: number) => `… و ${n(more)} مورد دیگر`,
  after: (duration: string) => ` (پس از ${duration})`,
  outsideDay: (ballots: number) => `${n(ballots)} رأی در روزی جز روز رأی‌گیری، به گفتهٔ ساعت دستگاه`,
  wentBack: (entry: number, times: number) =>
    `پیش از ردیف ${n(entry)} به عقب رفته است${times === 1 ? '' : `، و ${n(times - 1)} بار دیگر`}`,
  outside: (entry: number, times: number) =>
    `ردیف ${n(entry)}${times === 1 ? '' : ` و ${n(times - 1)} ردیف دیگر`} میان آغاز و پایان رأی‌گیری، روز دیگری را نشان می‌دهد`,
  ahead: (entry: number, duration: string, who: string) =>
    `ردیف ${n(entry)} ساعتی دارد که ${duration} پس از امضای ${who} است: این ساعت جلو بوده یا آن یکی عقب`,
  centre: 'مرکز',
  neighbour: (device: string) => `دستگاه ${device}`,
  event: {
    journalOpened: (software: string, random: string) =>
      `دفتر آغاز شد: ${software}؛ عددهای تصادفی: ${random}`,
    random: { system: 'از سامانه', 'seeded, not secret': 'ساختگی، نه محرمانه' },
    started: 'برنامه آغاز به کار کرد و بخش‌های دستگاه پاسخ دادند',
    restarted: 'برنامه دوباره آغاز به کار کرد',
    admitted: {
      opening: (role: string, certificate: string) => `${role} ${certificate} برای آغاز رأی‌گیری پذیرفته شد`,
      resuming: (role: string, certificate: string) => `${role} ${certificate} برای ازسرگیری پذیرفته شد`,
      closing: (role: string, certificate: string) => `${role} ${certificate} برای پایان رأی‌گیری پذیرفته شد`,
      leaving: (role: string, certificate: string) => `${role} ${certificate} پس از پایان رأی‌گیری پذیرفته شد`,
      declaring: (role: string, certificate: string) =>
        `${role} ${certificate} برای اعلام از کار افتادن دستگاهی پذیرفته شد`,
    },
    dayKeyDrawn: 'کلید روز در همین دستگاه ساخته شد',
    dayKeyShared: 'کارت دو مسئول سهم خود را از آن کلید گرفتند',
    printed: {
      zero: 'گزارش صفر چاپ شد',
      minutes: 'صورت‌جلسه چاپ شد',
      totals: 'نتایج چاپ شد',
    },
    opened: (one: string, other: string) =>
      `رأی‌گیری آغاز شد، با هیئت اجرایی ${one} و هیئت نظارت ${other}؛ همهٔ شمارنده‌ها صفر بود`,
    doneBy: (text: string, officers: string) => `${text}: ${officers}`,
    voided: 'برگه‌ای باطل چاپ شد و بی‌رأی افتاد',
    closed: (one: string, other: string, ballots: number, voids: number) =>
      `رأی‌گیری برای همیشه پایان یافت، با هیئت اجرایی ${one} و هیئت نظارت ${other}: ${n(ballots)} رأی، ${n(voids)} برگهٔ باطل`,
  },
  refused: {
    unreadable: 'خوانده نشد',
    'not-a-voter-card': 'کارت رأی‌دهنده نبود',
    forged: 'جعلی، یا اصل بودن آن ثابت نشد',
    'other-election': 'از انتخابات دیگر',
    'other-station': 'از شعبهٔ دیگر',
    'other-day': 'از روز دیگر',
    'unknown-style': 'با نوع رأی ناشناخته',
    'claimed-elsewhere': 'در دست دستگاه دیگر',
    'already-used': 'پیش‌تر مصرف‌شده',
    blank: 'بی اجازهٔ رأی',
  },
  trouble: {
    'paper-out': 'کاغذ تمام شد',
    'cover-open': 'در باز بود',
    error: 'گیر کرد',
    hot: 'داغ شد',
    broken: 'خراب شد',
    silent: 'پاسخ نداد',
  },
  pause: {
    restart: 'برنامه دوباره آغاز به کار کرد',
    tamper: 'دستکاری',
    'touch-drift': 'صفحهٔ لمسی جابه‌جا شده بود',
  },
  fault: {
    restarts: (r: number) => `روشن شدن دوباره: ${n(r)}`,
    pause: (from: string, until: string | undefined, reason: string, lasted: string) =>
      until === undefined
        ? `از ${from} ایستاد و از سر گرفته نشد: ${reason}`
        : `از ${from} تا ${until} ایستاد (${lasted}): ${reason}`,
    outage: (part: string, from: string, until: string | undefined, lasted: string) =>
      until === undefined
        ? `${part}: ${from} از کار افتاد و برنگشت`
        : `${part}: از ${from} تا ${until} از کار افتاد (${lasted})`,
    printer: (what: string) => `چاپگر: ${what}`,
    tamper: (when: string) => `دستکاری: درِ دستگاه ${when} باز شد`,
    wrongPinsHead: 'رمز نادرست',
    silencesHead: 'سکوت نیم‌ساعته',
    silence: (stretch: string) => `سکوت: ${stretch}`,
    refusedCards: (reason: string, times: string) => `کارت پذیرفته‌نشده: ${reason}، ${times}`,
    wrongPins: (pins: number) => `رمز نادرست: ${n(pins)}`,
    alarm: (what: string) => `هشدار: ${what}`,
    voids: (voids: number) => `برگهٔ باطل: ${n(voids)}`,
  },
  remained: {
    allSealed: (ballots: number, batches: number) =>
      `همهٔ ${n(ballots)} رأی در ${n(batches)} بستهٔ مهرشده؛ رأیی در انتظار نیست`,
    noBallots: 'رأیی نیست',
    waiting: (ballots: number) => `${n(ballots)} رأی در انتظار، که تنها کلید روز آنها را باز می‌کند`,
    notClosed: 'رأی‌گیری، پایان‌نیافته',
    lineLost: (part: string) => `${part}: هنوز بی‌پاسخ`,
    slips: (slips: number) => `اگر همه چیز درست باشد ${n(slips)} برگه در صندوق: رأی‌ها و برگه‌های باطل`,
    minutesMissing: 'نشانی از چاپ صورت‌جلسه نیست',
    totalsMissing: 'نشانی از چاپ نتایج در این دستگاه نیست: شاید دستگاه دیگر شعبه چاپ کرده باشد',
    receipt: (seen: boolean): string =>
      seen ? 'مرکز همهٔ ردیف‌ها را گرفته و امضا کرده است' : 'رسید مرکز نیست',
    neighbours: (seen: number, of: number) =>
      `${n(seen)} دستگاه از ${n(of)} دستگاه همسایه آن را تا پایان دیده‌اند`,
  },
  report: {
    title: 'گزارش حسابرسی',
    intro: (election: string, constituency: string) => `${election}، ${constituency}`,
    findings: 'آنچه تأیید نمی‌شود',
    checked: 'آنچه سنجیده شد',
    checks: [
      'هر پرونده با فهرستی که دستگاه امضا کرده، هر امضا، و هر گواهی با کلید مرجع انتخابات',
      'هر ردیف دفتر با اثر آن و با امضای دستگاه بر همهٔ دفتر؛ ترتیب رویدادها با آنچه در یک روز قانونی شدنی است',
      'رأی‌های مهرشده با بسته‌هایی که دفتر نام می‌برد، شمار رأی‌ها، برگه‌های باطل و اجازه‌های مصرف‌شده',
      'دستگاه‌های هر شعبه با هم، تا جایی که داده شده‌اند: هیچ اجازه‌ای دو بار مصرف نشده، هیچ رأی مهرشده‌ای دو بار نیست، و آنچه دستگاه‌ها از هم دیده‌اند می‌خواند',
    ] as readonly string[],
    checkIns: (counted: number, of: number) =>
      `اجازه‌های داده‌شده با رأی‌های ثبت‌شده: در ${n(counted)} شعبه از ${n(of)} شعبه، جایی که شمار پذیرش داده شده`,
    policyChecked: 'هر دفتر را به اندازه‌ای که سیاست‌نامه می‌خواهد تا پایان دیده‌اند',
    policyAsksNobody:
      'چه کسی دفترها را تا پایان دیده است: سیاست‌نامهٔ داده‌شده دیدن هیچ کس را نمی‌خواهد (\u2066quorum none\u2069)',
    policyUsed: 'سیاست‌نامهٔ به‌کاررفته، SHA-256:',
    programUsed: 'فهرست برنامهٔ به‌کاررفته، SHA-256:',
    noneUsed: 'داده نشده',
    programsChecked: 'هر دستگاه می‌گوید یکی از برنامه‌های داده‌شده در آن کار کرده است',
    unchecked: 'آنچه سنجیده نشد',
    notChecked: [
      'شمارش آرا تأیید نشده است: برای آن برگه‌های کاغذی یا امینان لازم است',
      'اینکه آنچه دستگاه ثبت کرده خواست رأی‌دهنده بوده است: تنها برگه‌های صندوق می‌توانند بگویند',
    ] as readonly string[],
    authorityKey: 'کلید مرجع انتخابات که داده شد، اثر انگشت SHA-256 آن:',
    policyNotChecked: 'چه کسی دفترها را تا پایان دیده است: سیاست‌نامه‌ای داده نشده',
    programsNotChecked:
      'کدام برنامه کار کرده است: فهرستی از برنامه داده نشده؛ آنچه دستگاه‌ها می‌گویند پایین آمده است',
    keyNotCompared:
      'اینکه کلید مرجع انتخابات همان است که منتشر شده: از خود بستهٔ انتخابات گرفته شد؛ اثر انگشت را بسنجید',
    missing: 'داده نشده یا تأیید نمی‌شود',
    notTold: 'از آنچه تأیید نمی‌شود در ادامه چیزی نیامده است.',
    stations: 'شعبه‌ها و دستگاه‌ها',
    station: (id: string, name: string) => `${name} (${id})`,
    checkIn: (issued: string, ballots: string, returned: string) =>
      `پذیرش: ${issued} اجازهٔ رأی داده‌شده، ${ballots} رأی، ${returned} برگشتی`,
    checkInAgain: (again: string) =>
      `؛ از اجازه‌ها ${again} مورد با تصمیم دو مسئول به جای کارت‌هایی داده شد که دستگاهی ازکارافتاده گرفته بود: شاید تا همین شمار از برگه‌های کاغذی آن دستگاه از رأی‌دهندگانی باشد که دوباره رأی داده‌اند`,
    columns: {
      device: 'دستگاه',
      opened: 'آغاز',
      closed: 'پایان',
      entries: 'ردیف',
      ballots: 'رأی',
      voids: 'برگهٔ باطل',
      slips: 'همهٔ برگه‌ها',
      batches: 'بسته',
      receipt: 'رسید مرکز',
      neighbours: 'همسایه‌هایی که دیده‌اند',
      totals: 'نتایج',
    },
    sum: 'با هم',
    received: 'هست',
    notReceived: 'نیست',
    ofNeighbours: (seen: number, of: number) => `${n(seen)} از ${n(of)}`,
    totals: { released: 'داده‌شده', sealed: 'مهرشده' },
    halfHours: 'رأی در هر نیم ساعت، همهٔ دستگاه‌های بالا',
    halfHourNote: 'ریزتر از این گفته نمی‌شود. رأی در روزی دیگر، به گفتهٔ ساعت دستگاه‌ها:',
    timelines: 'روز هر دستگاه',
    faults: 'خرابی‌ها',
    noFaults: 'در دفترها نیست.',
    clocks: 'ساعت‌ها',
    noClocks: 'چیز شگفتی نیست.',
    programs: 'برنامه‌ها، به گفتهٔ دستگاه‌ها',
    onDevices: 'دستگاه',
    inputs: 'فایل‌هایی که این گزارش از آنها ساخته شده',
    inputsNote:
      'SHA-256 هر فایل، شانزده‌شانزدهی. \u2066manifest.json\u2069 هر دستگاه اثر همهٔ فایل‌های دیگر آن را دارد و امضا شده است.',
    unreadable: 'خوانده نمی‌شود',
    figures:
      'هر عددی که از فایلی آمده نشانی در \u2066figures.json\u2069 دارد: آن فایل با اثرش، و قاعده‌ای برای حساب کردن دوبارهٔ آن. نشانگر را روی عدد ببرید تا نشانش دیده شود.',
  },
}
