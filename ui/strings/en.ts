/** Every text in English. */
import type { Strings } from '../strings.ts'

export const en: Strings = {
  rehearsal: 'Rehearsal, no election',
  blankVote: 'Blank vote',
  trouble: {
    'paper-out':
      'The printer is out of paper. Open its cover, put in a new roll, close the cover and press “Go on”.',
    'cover-open': 'The printer’s cover is open. Close it until it clicks and press “Go on”.',
    error: 'The printer is jammed. Open its cover, free the paper, close the cover and press “Go on”.',
    hot: 'The printer has become too hot. Wait two minutes and press “Go on”.',
    broken: 'The printer is broken. Switch it off and on once. If this comes again, call a technician.',
    silent: 'The printer does not answer. Check its cable and power, wait a minute and press “Go on”.',
  },
  officers: {
    closed: 'The polls are not open yet',
    noRoom:
      'There is no room for a day’s votes on this device. Open the others, and tell a technician to make room on this one.',
    closedHint: 'To open, two officers turn both keys.',
    clockWrong:
      'The clock of this device is wrong: it does not stand on polling day. Nobody is at fault for it, and no card is.',
    clockHint:
      'A technician sets date and time on this computer; then this goes by itself. Open the other devices meanwhile.',
    tampered:
      'Since this device was set up, its case, a seal or the ballot box was opened. Look at all three before you open the polls, and write it in the minutes.',
    purpose: {
      opening: 'Opening the polls',
      resuming: 'Resuming the polls',
      closing: 'Closing the polls',
      declaring: (device) => `Declaring ${device} dead`,
    },
    role: {
      executive: 'Executive card',
      supervisory: 'Supervisory card',
      spare: 'Spare card',
      technician: 'Technician’s card',
    },
    admitted: 'admitted',
    wanted: 'needed',
    anyOf: 'any one of these',
    anyTwo: 'two are needed',
    insert: 'Insert the next card.',
    reading: 'Reading the card; leave it where it is.',
    pin: (role) => `${role}: type the PIN of eight digits.`,
    triesLeft: (tries) => `The PIN was wrong. ${tries} more tries; then the card locks.`,
    pinDigits: (typed, all) => `PIN: ${typed} of ${all} digits`,
    correct: 'Correct',
    checking: 'Checking the PIN; leave the card where it is.',
    take: 'Admitted. Take the card.',
    refused: {
      unreadable: 'The card could not be read. Take it out and insert it again, chip upwards.',
      'not-an-officer-card': 'This is no officer’s card. Take it out and insert an officer’s card.',
      forged: 'The card could not prove that it is genuine. Take it out and tell the centre.',
      'other-station': 'This card is of another station. Take it out and insert one of this station.',
      dead: 'The card is locked after five wrong PINs. Take it out and ask the centre for a new card for this officer.',
      'same-role': 'This officer’s card is admitted already. Take it out and insert the other officer’s.',
      'not-dead': 'This device is closed or was declared dead already. Take the card out and go back.',
      'not-wanted': 'This card is not needed now. Take it out and insert the other one.',
      'cards-differ': 'The cards are not of one station and day. Take it out and insert the right one.',
      'start-with-this':
        'The day key was lost before this card had its share. Turn the keys back and begin with this card.',
      'no-share-today':
        'The day key is not on this card. Take it out and insert another card of this station.',
      'no-share': 'There is no day key on this card. First open the device that makes the key with it.',
    },
    cancel: 'To cancel, turn one key back.',
    dead: {
      offer: 'A device of this station is dead …',
      heading: 'Which device is dead?',
      hint: 'Only one that does not start any more and whose storage no spare can take over. Its votes will be in no count but that of the paper in its box.',
      confirm: (device) => `Is ${device} dead?`,
      confirmHint:
        'Once both officers have put in their cards this cannot be taken back, and nobody may vote on that device any more. Its box stays sealed and is counted by hand. Whether a voter whose card it had claimed gets another, both officers decide at the check-in, which counts them.',
      go: (device) => `Yes: ${device} is dead`,
      back: 'Back',
    },
    declaredHere: (devices) => `Declared dead, not counted: ${devices}. Paper: in its box.`,
    declaredDead:
      'This device was declared dead at another one: two accounts of its votes. Tell the election office.',
    zeroReport: 'Printing the zero report',
    zeroReportHint: 'It must say zero everywhere. Both officers sign it.',
    opening: 'The polls open once it is printed.',
    caseOpen: 'The case is open: close it, then turn the keys.',
    keysBack: 'Both keys are on: first turn them back, then on again.',
    lastVote: {
      recorded: 'The last vote was recorded. Its slip drops into the box when voting is resumed.',
      'not-recorded':
        'The last vote was NOT recorded. When voting is resumed its slip is printed void; the voter starts again.',
      none: 'No slip hangs. A voter who was at the device inserts the card again.',
    },
    paused: 'Voting is stopped',
    pause: {
      restart: 'The device was started again. The votes cast are where they were.',
      tamper: 'The chassis, a seal or the ballot box was touched. Look at it and write it in the minutes.',
      'touch-drift':
        'Touches land beside the keys: the touchscreen has shifted. Have a technician calibrate it before you resume.',
    },
    boxLocked:
      'The day key of these cards does not open this device’s ballot box of today. Bring the cards of this station and day.',
    boxDamaged:
      'These are the right cards, and yet the votes kept by this device do not open: its storage is damaged. Their paper is in the box.',
    boxDamagedHint:
      'Voters vote on another device. Ask the technician for a spare. If that cannot go on either: once the others are closed, declare this one dead at one of them.',
    resuming: 'Resuming the polls',
    pausedHint: 'To resume, two officers turn both keys and insert their cards.',
    keptOpen: {
      heading: (until) => `Voting goes on until ${until}`,
      order: (number, by) => `The hours were extended: order ${number} of ${by}.`,
      hint: 'Turn both keys back, so that voters can go on. After that time you can close the polls.',
    },
    closing: 'Closing the polls',
    closingHint: 'The last votes are being sealed. Do not switch the device off.',
    minutes: 'Printing the minutes',
    minutesHint: 'Both officers read and sign them.',
    troubleHeading: 'Not printed',
    troubleHint: 'Nothing is lost; the same report is printed again.',
    slipTroubleHeading: 'The slip has not dropped',
    retry: 'Go on',
    finished: 'The polls are closed',
    finishedHint:
      'Take the minutes. Insert all three cards (two officers, spare) once now, and once after every device is closed.',
    allClosedHint:
      'Every device is closed. Insert any card that has not forgotten the day key; then this device is done and may be switched off.',
    erased: 'Every device is closed and the day key was erased from this card. Take the card.',
    carried: (devices) => `Take the card on to: ${devices}. It forgets the day key once all are closed.`,
    totals: 'The results are being printed',
    totalsHint: 'Both officers read and sign them.',
    sheetWaits: (devices) => `Results wait for the stick of: ${devices}. Plug it in, insert a card.`,
    totalsImpossible: (devices) => `The totals of ${devices} cannot be. Keep it and tell the centre.`,
    bundle: {
      writing: 'The bundle of this device is being written: leave the memory stick in.',
      written: 'The bundle of this device is on the memory stick.',
      missing:
        'The bundle of this device is not written: plug the memory stick in, then insert an officer’s card.',
    },
    centre: {
      waiting: 'The centre does not have everything yet. Keep the memory stick.',
      received: 'The centre has everything.',
      'tally-refused':
        'The centre refused the tally of this device: take the memory stick to the centre and tell it.',
      closed: 'The centre does not have everything yet. Keep the memory stick.',
      'no-link': 'This device has no link to the centre: take the memory stick there.',
    },
    stopped: 'Do not vote on this device',
    stop: {
      'rolled-back':
        'This device was set back to a state before what it has signed, and votes may be missing from it.',
      forked: 'A history signed by this very device was seen that is not the one on it.',
      'other-journal': 'Another device with this id was at work, or this device was set up anew.',
      'declared-dead':
        'Two officers declared this device dead at another one. Its votes count by the paper in its box.',
    },
    stopVote: {
      recorded: 'The last vote was recorded here; its slip may still hang.',
      'not-recorded': 'The vote in hand was not recorded; its slip does not count.',
      none: 'No slip hangs. Nobody’s vote was in hand, or it was not recorded.',
    },
    failed: 'This device can store nothing any more',
    broke: 'This device has stopped',
    failure: {
      full: 'Its storage is full.',
      'read-only': 'Its storage takes nothing any more.',
      'io-error': 'Its storage makes errors or does not answer.',
      program: 'Its program made an error. Nothing is done half: what was recorded is kept.',
    },
    failedVote: {
      recorded: 'The last vote was recorded. Its slip drops into the box when voting is resumed.',
      'not-recorded':
        'The last vote was NOT recorded. Take the card. It is for this device: come back and vote anew when it works again.',
      none: 'Nobody’s vote was in hand. All votes cast here are kept.',
      unknown:
        'Whether the last vote was recorded is said once the device was started again: please wait for it, with the card.',
    },
    failedHint:
      'Poll worker: switch the device off and on once. If this comes again, let nobody vote here, keep the device and call a technician.',
    stopHint:
      'Do not switch it off and take nothing from it. Write it into the minutes, tell the centre and ask for a technician. Voters vote on another device.',
  },
  noStore: {
    heading: 'This device cannot begin',
    why: {
      lost: 'Neither of its storage media can be read. What was recorded is still on them: leave both in the device.',
      refuse:
        'Neither of its storage media takes anything any more. What was recorded is still on them: leave both in the device.',
      differ: 'Its storage does not hold one history that can be trusted. Leave both media in the device.',
      'left-behind':
        'The storage medium that can be read was left behind; the votes since then are on the other one. Put both in their places and leave them in the device.',
    },
    home: {
      why: 'The data it begins with (keys, election package) cannot be read or is not right. The votes recorded are on the storage media; nothing on them was changed.',
      officers:
        'Poll worker: switch the device off and on once. If this comes again, keep it off and its box sealed, write it in the minutes, ask the technician for a spare.',
    },
    voters:
      'Voters vote on another device. Whoever was just voting waits, with the card, until officers know whether that vote was recorded.',
    officers:
      'Poll worker: switch the device off and on once. If this comes again, keep it switched off and its box sealed, write it in the minutes, call a technician.',
  },
  takeover: {
    waiting: 'This device is a spare',
    waitingHint:
      'Switch the device that died off and keep it off. Take both its storage media out and put them into this device: where only one fits, one after the other.',
    untouched: 'The media are only read; nothing on them is changed.',
    found: (ballots, lastAt) => `votes recorded on it: ${ballots}; its last entry: ${lastAt}`,
    other: 'Now the other medium',
    otherHint:
      'A device keeps everything twice, and the one that was read may have been left behind. Put the other one in too; this one may come out for it.',
    otherWasLost: 'The one that was read says that the device went on without the other.',
    leftBehind:
      'The one that was read was left behind: votes are missing on it. Put the other one in. If it cannot be read, declare that device dead.',
    otherLost: 'The other is lost or cannot be read',
    purpose: 'Going on in its place',
    stop: 'To stop, take a medium out.',
    cardsHint: {
      both: 'All votes recorded there are taken along and count here, once the third card is out.',
      one: 'With your cards you say that the other medium is lost or cannot be read. Only the votes on this one are taken along, once the third card is out.',
    },
    taking: 'Taking over',
    takingHint: 'Leave everything where it is.',
    refused: 'This cannot be gone on with',
    boxHint: {
      'box-damaged':
        'Put in the other medium of that device. If there is none: once the other devices are closed, declare that one dead at one of them, and its paper is counted.',
      'boxes-damaged':
        'Voters vote on another device. Keep both media. Once the other devices are closed, declare that one dead at one of them, and its paper is counted.',
    },
    refusedHint: 'Take the medium out. Nothing was taken over and nothing on it was changed.',
    why: {
      unreadable: 'The medium cannot be read. Put it in again, or the other one of that device.',
      'other-station': 'This medium is of a device of another station.',
      'other-package': 'This medium is of a device of another election package.',
      'no-spare': 'The package does not name this device as a spare of this station.',
      finished: 'The polls of that device are closed for good. Nobody takes its place any more.',
      'not-open': 'The polls of that device were never opened: there are no votes on it.',
      stopped: 'That device had to stop, because another history of it was seen. Call the election office.',
      chained: 'That device was a spare itself. Keep the medium and call the election office.',
      locked: 'The cards do not open the ballot box of this medium. Bring the cards of this station and day.',
      'box-damaged':
        'The cards are right, and yet the votes on this medium do not open: it is damaged. Their paper is in the box of that device.',
      'boxes-damaged':
        'The cards are right, and yet the votes open from neither medium: damaged, or without the last vote. Their paper is in the box of that device.',
      older:
        'A card knows more of that device than what was read. Put in its other medium; if both were read, keep them and call the election office.',
      forked: 'A card knows another history of that device. Keep everything and call the election office.',
      already: 'Another spare has taken the place of that device already. Call the election office.',
      'declared-dead':
        'That device was declared dead at another one. Nobody takes its place any more: count its paper.',
      'same-medium': 'This is the medium that was read before. Put in the other one of that device.',
      storage:
        'This spare’s own storage refuses; the media of the other device are not to blame. Switch this spare off and on and try again, or take another one.',
      interrupted:
        'The place was taken, and then this spare’s own storage refused. Switch this spare off and on: it goes on from there.',
      damaged: 'What is on this medium does not hold. Put in the other one of that device.',
    },
  },
  peripherals: {
    missing: 'A part does not answer',
    notes: {
      'paper-low':
        'Poll worker: the printer’s roll is nearly at its end. Put in a new one before the next voter.',
      'storage-low':
        'Poll worker: there is room for few more votes here. Send voters to other devices; call a technician.',
      'clock-wrong': 'Poll worker: the clock is wrong, no voter is let in. Have a technician set it.',
      'on-battery': 'Poll worker: this device runs on its battery. Look at the mains cable and the socket.',
      hot: 'Poll worker: this device is too hot. Keep its air free and shade it.',
      cold: 'Poll worker: this device is too cold. Have the room heated.',
      'slip-not-seen':
        'Poll worker: the last slip was not seen to fall into the box. Look whether one hangs in the slot.',
      'slip-uncalled':
        'Poll worker: something else than a slip passed the slot of the box. Look at it; write it in the minutes.',
      'medium-lost':
        'Poll worker: one storage medium failed. No vote is lost. Tell a technician; off and on tries it again.',
    },
    mediumLostToo: 'One storage medium has failed too.',
    noVoters: {
      heading: 'Nobody votes here now',
      locked: 'The election office has locked this device. All votes cast here are kept.',
      'storage-full': 'This device has no room for another vote. All votes cast here are kept.',
      'battery-low': 'The battery is nearly empty. All votes cast here are kept.',
      'clock-wrong':
        'The clock of this device is wrong: it does not stand on polling day. All votes cast here are kept.',
      voters: 'Voters take their card out, if it is in, and vote on another device. The card is still good.',
      officers: {
        locked:
          'Poll worker: call the election office. If it unlocks this device, it goes on by itself; the polls can be closed here as always, two officers turn both keys for it.',
        'storage-full': 'Poll worker: close the polls on this device; two officers turn both keys for it.',
        'battery-low':
          'Poll worker: bring the mains back, and it goes on by itself. If that cannot be, close the polls on this device with both keys.',
        'clock-wrong':
          'Poll worker: call a technician, who sets date and time on this computer; then it goes on by itself. If that cannot be, close the polls on this device with both keys.',
      },
    },
    hint: 'Poll worker: check its cable and power and wait a minute. If that does not help, call a technician. No vote is lost.',
    comma: ', ',
    name: {
      touchscreen: 'Touchscreen',
      'card-reader': 'Card reader',
      printer: 'Printer',
      'io-board': 'Key switch board',
      display: 'Display',
    },
  },
  lostDisplay: {
    gone: {
      heading: 'The display has no connection to the device',
      hint: 'Touch nothing and leave the card in. If this stays, call the poll worker.',
    },
    replaced: {
      heading: 'This page no longer works',
      hint: 'The device is shown in another window. Close this one.',
    },
  },
  calibration: {
    heading: (point, all) => `Point ${point} of ${all}`,
    touch:
      'Touch the middle of the cross with one finger, keep still for a moment and lift the finger there.',
    again: {
      unsteady: 'The finger moved. Touch the same cross again.',
      'far-off': 'That was far from the cross. Touch the middle of the cross.',
      doubtful: 'That was no plain touch. Touch the cross with one finger only, and shortly.',
      residual: 'This point does not fit the others. Touch it once more.',
    },
    done: 'The touchscreen is calibrated',
    doneHint: 'The calibration is written and signed. Start the device; two officers then resume.',
    refused: 'The calibration is refused',
    refusedHint: 'Nothing was changed. Look at the panel and its cable, then calibrate again.',
    mirroredHint:
      'Nothing was changed. If the panel is wired so, exchange left and right, or top and bottom, in "calibration" of config.json.',
    why: {
      missed: 'The same cross was missed again and again.',
      'no-extent': 'All touches lie on one line.',
      residual: 'The nine touches do not fit together.',
      mirrored: 'The touchscreen is mirrored or upside down against how it was built in.',
      scale: 'The touchscreen is of another size than the one that was built in.',
      rotation: 'The touchscreen is turned by more than three degrees.',
      skew: 'The touchscreen is sheared by more than three degrees.',
    },
  },
  incidents: {
    paused: {
      restart: 'The device started again and voting stopped',
      tamper: 'The device was tampered with and voting stopped',
      'touch-drift': 'The touchscreen had shifted and voting stopped',
    },
    resumed: 'Two officers resumed voting',
    ordered: {
      'extend-hours': (number, names) => `Order ${number} of ${names}: longer hours`,
      'send-logs': (number, names) => `Order ${number} of ${names}: the program’s log was sent`,
      lock: (number, names) => `Order ${number} of ${names}: the device was locked, nobody votes on it`,
      unlock: (number, names) => `Order ${number} of ${names}: the device was unlocked`,
      'reload-policy': (number, names) =>
        `Order ${number} of ${names}: the centre is told at other intervals`,
    },
    tookOver: (ballots) => `this device took its place, with the ${ballots} votes recorded there`,
    oneMedium: 'officers said that its other storage medium is lost or cannot be read',
    slipInHand: {
      recorded: 'a slip was in its printer; that vote is recorded and its slip belongs into the box',
      'not-recorded': 'a slip was in its printer; that vote is NOT recorded and its slip is void',
    },
    trouble: {
      'paper-out': 'The printer was out of paper',
      'cover-open': 'The printer’s cover was open',
      error: 'The printer was jammed',
      hot: 'The printer was too hot',
      broken: 'The printer was broken',
      silent: 'The printer did not answer',
    },
    paperLow: 'The printer’s roll was nearly at its end',
    power: {
      mains: 'The device runs on the mains again',
      battery: 'The mains failed; the device ran on its battery',
      'battery-low': 'The battery was nearly empty; no new voter was let in',
    },
    temperature: {
      fine: 'The temperature in the device is right again',
      hot: 'The device was too hot',
      cold: 'The device was too cold',
    },
    slip: {
      'not-seen': 'A slip was not seen to fall into the box',
      uncalled: 'Something passed the slot of the box that the device had not dropped',
    },
    room: {
      enough: 'There is room enough for votes again',
      low: 'There was room for few more votes',
      full: 'There was no room for another vote; no new voter was let in',
    },
    leftOut: {
      'card.refused': (count: number) => `Within an hour ${count} more cards were refused`,
      'printer.trouble': (count: number) => `Within an hour the printer had trouble ${count} more times`,
      'printer.paper_low': (count: number) => `Within an hour the roll was found low ${count} more times`,
      'line.lost': (count: number) => `Within an hour a part failed and came back ${count} more times`,
      'slip.miscounted': (count: number) =>
        `Within an hour the slot of the box miscounted ${count} more times`,
    },
    storageFailed: {
      full: 'The storage was full and the device stopped',
      'read-only': 'The storage took nothing any more and the device stopped',
      'io-error': 'The storage made an error and the device stopped',
    },
    clockStands: {
      'in-the-day': 'The clock stands on polling day again',
      outside: 'The clock was wrong, it did not stand on polling day; no new voter was let in',
    },
    clock: {
      forward: (seconds) => `The clock was set forward by ${seconds} seconds`,
      back: (seconds) => `The clock was set back by ${seconds} seconds`,
    },
    lost: (peripheral) => `${peripheral}: stopped answering`,
    restored: (peripheral) => `${peripheral}: answers again`,
    mediumLost: {
      failed: 'it failed',
      silent: 'it did not answer',
      missing: 'it was not there',
      damaged: 'it was damaged',
      behind: 'it was behind',
    },
    mediumRestored: 'it holds everything again',
    medium: { a: 'Storage medium 1', b: 'Storage medium 2' },
    tamper: {
      chassis: 'The chassis was opened',
      'ballot-box': 'The ballot box was opened',
      seal: 'The seal was cut',
      unknown: 'The board counts an opening that nobody saw, or is another board',
    },
    witnessAlarm: {
      forked: 'this neighbouring device has shown two histories that differ; tell the centre',
      'other-journal': 'this neighbouring device has another journal than before; tell the centre',
      inconsistent:
        'what a card says of this neighbouring device does not fit together; bring the card there again, and tell the centre if it says so again',
      'closed-after-all': 'was declared dead and closed after all: two accounts of it; tell the centre',
    },
    stopped: {
      'rolled-back': 'The device had been set back to an earlier state and stopped',
      forked: 'Another history signed by this device was seen; the device stopped',
      'other-journal': 'Another device with this id was seen; the device stopped',
      'declared-dead': 'Two officers had declared this device dead at another one; the device stopped',
    },
    declaredDead: (known) =>
      `dead: it never closed. Its ballots are not in this count, and how many there are is not known here (${known === undefined ? 'nothing of it is known here' : `the last known of its journal: ${known} entries`}); its paper is in its box. How many voters whose card it had claimed were given another is in the check-in’s count`,
    carriedDamaged: (role) =>
      `${role}: what the card carries of the other devices was damaged and was left out`,
    pinWrong: (role, left) => `${role}: wrong PIN (${left} tries left)`,
  },
  paper: {
    slip: 'Vote slip',
    void: 'VOID',
    zeroReport: 'Zero report',
    zeroStatement: 'Before the polls open every counter is zero.',
    minutes: 'Minutes of the device',
    totalsApart:
      'The results are on a page of their own, printed once every device of this station is closed.',
    totals: { device: 'Results of the device', station: 'Results of the station' },
    without: (devices) =>
      `Without ${devices}: declared dead. Its ballots are not in this count; its paper is in its box.`,
    together: (minimum) =>
      `All devices of this station together, because at least one of them has fewer than ${minimum} ballots.`,
    codes:
      'These codes are the same results, signed by the device. If it did not reach the centre, keep the paper flat, take photographs of all codes, in any order, and give them to the centre.',
    codePart: (part, parts) => `Code ${part} of ${parts}`,
    typedCode: 'If a photograph cannot be read, the counts above and these lines are typed.',
    journalOf: 'Journal of device',
    constituency: 'Constituency',
    station: 'Station',
    device: 'Device',
    pollingDay: 'Polling day',
    printedAt: 'Printed at',
    openedAt: 'Polls opened',
    closedAt: 'Polls closed',
    ballots: 'Ballots cast',
    blank: 'Blank votes',
    valid: 'Votes with a choice',
    cardsSpent: 'Cards spent',
    slipsPrinted: 'Slips printed',
    slipsVoid: 'Slips void',
    batches: 'Batches sealed',
    candidates: 'Votes of each candidate',
    lists: 'Votes by list code',
    includesLists: 'Votes through a list are counted in a candidate’s votes.',
    incidents: 'Incidents',
    noIncidents: 'There were none.',
    times: (count) => `${count} times`,
    differs: 'Difference: these counts do not agree and must be explained.',
    difference: {
      cards: (ballots, cards) => `${ballots} ballots, but ${cards} cards spent`,
      slips: (slips, expected) => `${slips} slips printed, but ${expected} ballots and void slips`,
      contest: (counted, ballots) => `${counted} counted, but ${ballots} ballots`,
    },
    agrees: 'They agree: ballots = cards, and slips = ballots + void slips.',
    entries: 'Journal entries',
    root: 'Journal root',
    signatures: 'Signatures',
    executive: 'Executive',
    supervisory: 'Supervisory',
  },
}
