/** Every text of the auditor's stories and reports in English. */
import type { AuditStrings } from '../strings.ts'

const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`

export const en: AuditStrings = {
  holds: (what) => `HOLDS: ${what}`,
  holdsGiven: (what, missing) => `HOLDS for what was given: ${what}; missing: ${missing}`,
  doesNotHold: (what) => `DOES NOT HOLD: ${what}`,
  also: (what) => `also ${what}`,
  moreFindings: (n) => `and ${count(n, 'more finding')}, which "sandogh audit verify" tells`,
  bundleOf: (device, station) => `the bundle of device ${device} of station ${station}`,
  given: (bundles, stations, ballots) =>
    `${count(bundles, 'bundle')}, ${count(stations, 'station')}, ${count(ballots, 'ballot')}`,
  missingDevice: (device, station) => `device ${device} of station ${station}`,
  declaredDead: (device, at, time) => `${device}, which two officers declared dead at ${at} (${time})`,
  missingCheckIn: (station) => `the check-in of station ${station}`,
  andMore: (n) => `and ${n} more`,
  unverified:
    'What follows is the story of a journal that nobody vouches for, told as far as it can be read: take nothing in it as shown.',
  notReadOn: (place) => `It cannot be read from here on: ${place}`,
  noStory: 'There is no journal that can be read.',
  election: (name, title, hash) => `election ${name}, ${title}; package ${hash}`,
  rehearsal: 'rehearsal, no election',
  seeded: 'random numbers were seeded, not secret: a simulation, no election',
  authorityFromPackage:
    'the authority key was taken from the package itself; compare its SHA-256 fingerprint with the published one:',
  tallyNotVerified: 'tally not verified: that needs the paper or the trustees',
  clockOf: (day, solar, zone) =>
    `polling day ${day} (${solar}), times of ${zone}; a time without a date is of that day`,
  noZone: (day) => `the package cannot be read: times are UTC, of ${day}`,
  numbers: (ballots, voids, batches, entries) =>
    `${count(ballots, 'ballot')}, ${count(voids, 'void slip')}, ${count(batches, 'batch', 'batches')} sealed, ${count(entries, 'journal entry', 'journal entries')}`,
  openFromTo: (from, until, lasted) => `polls open from ${from} to ${until} (${lasted})`,
  openedFrom: (from) => `polls open from ${from}`,
  openedNeverClosed: (from) => `polls open from ${from}; they were never closed`,
  neverOpened: 'polls were never opened',
  program: (software, hash) => `program ${software}, ${hash}`,
  duration: { seconds: (n) => `${n} s`, minutes: (n) => `${n} min`, hours: (h, m) => `${h} h ${m} min` },
  plot: {
    open: 'polls open',
    stopped: 'stopped',
    closed: 'closed',
    ballots: (most) =>
      most === 0 ? 'no ballots' : `ballots in half an hour, the tallest ${count(most, 'ballot')}`,
    ballotsEach: 'ballots in half an hour',
    noPolls: 'Nothing in this journal is of the polling day: no timeline.',
    marks: {
      alarm: 'stopped for good, or alarm about a neighbour',
      tamper: 'tampering',
      restart: 'restart',
      line: 'a part lost',
      printer: 'printer',
    },
  },
  heading: {
    day: 'The day',
    byHour: 'Ballots by hour',
    refused: 'Cards refused',
    silences: 'Silences: polls open, and nothing in the journal for half an hour or longer',
    faults: 'Faults',
    clock: 'Clock',
    remained: 'What remained',
  },
  none: 'none',
  times: (n) => (n === 1 ? 'once' : `${n} times`),
  repeated: (n, until) => `, ${n} times until ${until}`,
  moreEvents: (n) => `… and ${count(n, 'more event')}`,
  moreOfThem: (n) => `… and ${n} more`,
  after: (duration) => ` (after ${duration})`,
  outsideDay: (n) => `${count(n, 'ballot')} on another day than the polling day, as the clock had it`,
  wentBack: (entry, times) =>
    `went back before entry ${entry}${times === 1 ? '' : `, and ${times - 1} more`}`,
  outside: (entry, times) =>
    `entry ${entry}${times === 1 ? '' : ` and ${times - 1} more`} between opening and closing say another day`,
  ahead: (entry, duration, who) =>
    `entry ${entry} says a time ${duration} after ${who} had signed it: this clock was ahead, or that one behind`,
  centre: 'the centre',
  neighbour: (device) => `device ${device}`,
  event: {
    journalOpened: (software, random) => `The journal begins: ${software}; random numbers: ${random}`,
    random: { system: 'of the system', 'seeded, not secret': 'seeded, not secret' },
    started: 'The program started and its parts answered',
    restarted: 'The program started again',
    admitted: {
      opening: (role, certificate) => `${role} ${certificate} admitted, to open the polls`,
      resuming: (role, certificate) => `${role} ${certificate} admitted, to resume`,
      closing: (role, certificate) => `${role} ${certificate} admitted, to close the polls`,
      leaving: (role, certificate) => `${role} ${certificate} admitted, after closing`,
      declaring: (role, certificate) => `${role} ${certificate} admitted, to declare a device dead`,
    },
    dayKeyDrawn: 'The key of the day was drawn here',
    dayKeyShared: 'Two officers’ cards took their shares of that key',
    printed: {
      zero: 'The zero report was printed',
      minutes: 'The minutes were printed',
      totals: 'The results were printed',
    },
    opened: (one, other) => `Polls opened by executive ${one} and supervisory ${other}; every count was zero`,
    doneBy: (text, officers) => `${text}: ${officers}`,
    voided: 'A slip was printed void and dropped without a vote',
    closed: (one, other, ballots, voids) =>
      `Polls closed for good by executive ${one} and supervisory ${other}: ${count(ballots, 'ballot')}, ${count(voids, 'void slip')}`,
  },
  refused: {
    unreadable: 'could not be read',
    'not-a-voter-card': 'no voter’s card',
    forged: 'forged, or no proof that it is genuine',
    'other-election': 'of another election',
    'other-station': 'of another station',
    'other-day': 'of another day',
    'unknown-style': 'of an unknown ballot style',
    'claimed-elsewhere': 'in use at another device',
    'already-used': 'used already',
    blank: 'without an authorization',
  },
  trouble: {
    'paper-out': 'out of paper',
    'cover-open': 'cover open',
    error: 'jammed',
    hot: 'too hot',
    broken: 'broken',
    silent: 'no answer',
  },
  pause: {
    restart: 'the program started again',
    tamper: 'tampering',
    'touch-drift': 'the touchscreen had shifted',
  },
  fault: {
    restarts: (n) => `restarts: ${n}`,
    pause: (from, until, reason, lasted) =>
      until === undefined
        ? `stopped from ${from}, never resumed: ${reason}`
        : `stopped ${from} to ${until} (${lasted}): ${reason}`,
    outage: (part, from, until, lasted) =>
      until === undefined
        ? `${part}: lost at ${from}, never restored`
        : `${part}: lost ${from} to ${until} (${lasted})`,
    printer: (what) => `printer: ${what}`,
    tamper: (when) => `tampering: chassis opened at ${when}`,
    wrongPinsHead: 'wrong PINs',
    silencesHead: 'silences of half an hour',
    silence: (stretch) => `silence: ${stretch}`,
    refusedCards: (reason, times) => `cards refused: ${reason}, ${times}`,
    wrongPins: (n) => `wrong PINs: ${n}`,
    alarm: (what) => `alarm: ${what}`,
    voids: (n) => `void slips: ${n}`,
  },
  remained: {
    allSealed: (ballots, batches) =>
      `all ${count(ballots, 'ballot')} in ${count(batches, 'sealed batch', 'sealed batches')}; no ballot waits`,
    noBallots: 'no ballots',
    waiting: (n) => `${count(n, 'ballot')} waiting in the pool, which only the key of the day opens`,
    notClosed: 'the polls, not closed',
    lineLost: (part) => `${part}: still without an answer`,
    slips: (n) => `${count(n, 'slip')} in the box, if all is right: ballots and void slips`,
    minutesMissing: 'no proof that the minutes were printed',
    totalsMissing:
      'no proof on this device that results were printed: another device of the station may have',
    receipt: (seen) => (seen ? 'the centre has signed for every entry' : 'no receipt of the centre'),
    neighbours: (n, of) => `seen to its end by ${n} of ${count(of, 'neighbour')}`,
  },
  report: {
    title: 'Audit report',
    intro: (election, constituency) => `${election}, ${constituency}`,
    findings: 'What does not hold',
    checked: 'What was checked',
    checks: [
      'Every file against the device’s signed list, every signature, and every certificate against the election authority’s key',
      'Every journal entry against its hash and the checkpoint that the device signed; the order of events against what a legal day allows',
      'Sealed ballots against the batches that journals name, counts of ballots, void slips and spent authorizations',
      'Devices of one station against each other, as far as they were given: no authorization spent twice, no sealed ballot twice, what devices saw of each other',
    ],
    checkIns: (n, of) =>
      `Authorizations issued against ballots cast: at ${n} of ${count(of, 'station')}, where the check-in’s count was given`,
    policyChecked: 'Every journal was seen to its end by as many as the policy asks for',
    policyAsksNobody:
      'Who has seen the journals to their end: the policy that was given asks for nobody (quorum none)',
    policyUsed: 'the policy that was used, its SHA-256:',
    programUsed: 'the list of a program that was used, its SHA-256:',
    noneUsed: 'none was given',
    programsChecked: 'Every device says that it ran one of the programs given',
    unchecked: 'What was not checked',
    notChecked: [
      'tally not verified: that needs the paper or the trustees',
      'Whether what a device recorded is what its voter meant: only the slips in the box can say',
    ],
    authorityKey: 'the authority key that was given, its SHA-256 fingerprint:',
    policyNotChecked: 'Who has seen the journals to their end: no policy was given',
    programsNotChecked: 'Which program ran: no list of a program was given; below stands what devices say',
    keyNotCompared:
      'Whether the authority’s key is the published one: it was taken from the package; compare the fingerprint',
    missing: 'Not given, or does not hold',
    notTold: 'Nothing below is told of what does not hold.',
    stations: 'Stations and devices',
    station: (id, name) => `Station ${id}, ${name}`,
    checkIn: (issued, ballots, returned) =>
      `Check-in: ${issued} issued, ${ballots} ballots, ${returned} returned`,
    checkInAgain: (again) =>
      `; of those issued, ${again} in the place of cards that a dead device had claimed, by the decision of two officers: up to so many of its paper ballots may be of voters who voted again`,
    columns: {
      device: 'device',
      opened: 'opened',
      closed: 'closed',
      entries: 'entries',
      ballots: 'ballots',
      voids: 'void slips',
      slips: 'slips in all',
      batches: 'batches',
      receipt: 'centre’s receipt',
      neighbours: 'seen by neighbours',
      totals: 'totals',
    },
    sum: 'together',
    received: 'yes',
    notReceived: 'no',
    ofNeighbours: (n, of) => `${n} of ${of}`,
    totals: { released: 'released', sealed: 'sealed' },
    halfHours: 'Ballots per half hour, all devices above',
    halfHourNote: 'Finer times are not told here. Ballots on another day, as clocks had it:',
    timelines: 'The day of each device',
    faults: 'Faults',
    noFaults: 'None are in the journals.',
    clocks: 'Clocks',
    noClocks: 'Nothing odd.',
    programs: 'Programs, as devices say',
    onDevices: 'devices',
    inputs: 'Files this report was made from',
    inputsNote:
      'SHA-256 of each file, hexadecimal. A device’s manifest.json lists and signs the hashes of all its other files.',
    unreadable: 'cannot be read',
    figures:
      'Every number above that comes from a file has a mark of its own in figures.json: the file by its hash, and the rule to compute it again. Move the pointer over a number for its mark.',
  },
}
