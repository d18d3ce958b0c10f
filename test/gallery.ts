/**
 * A page of pictures of the voter's screens, to be looked at and judged: `npm run gallery`. Each kind of screen in each language and size of
 * text, and in each contrast, drawn by the page that a device shows, into `gallery/`.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contest, Definition } from '../core/election/definition.ts'
import { sha256, toBase64, toHex } from '../core/keys/hash.ts'
import { portrait } from '../demo/elections/portraits.ts'
import { installedFontFiles, measureWith, registerFonts } from '../ui/fonts.ts'
import { GRID, type Screen } from '../ui/screen.ts'
import { CONTRASTS, type Contrast, TEXT_LEVELS } from '../ui/tokens.ts'
import { everyVoterScreen } from '../ui/voter-screens/every-screen.ts'
import type { VoterView } from '../ui/voter-screens/view.ts'
import { VoterScreens } from '../ui/voter-screens/voter-screens.ts'
import { launchChromium } from './browser/chromium.ts'
import { ServedDisplay } from './browser/served-display.ts'
import { testDefinitionWithLists } from './fixtures/definition.ts'

const OUT = join(import.meta.dirname, '../gallery')
/** Pictures are half as large as the grid. */
const SCALE = 0.5
/** Beyond the usual size and contrast, only Persian is shown. */
const USUAL = { textLevel: 2, contrast: 'light' } as const

/** One picture, by the kind of screen and how it is shown. */
interface Shown {
  readonly kind: string
  readonly view: VoterView
  readonly screen: Screen
}

const asked = process.argv.slice(2)
if (asked.length > 0) {
  process.stdout.write('Usage: npm run gallery, without arguments: draws gallery/index.html anew.\n')
  process.exit(asked.join() === '--help' ? 0 : 2)
}
const definition = withPortraits(testDefinitionWithLists())
const screens = new VoterScreens(definition, measureWith(registerFonts(installedFontFiles())))
const shown = chosenScreens()
const files = await takePictures(shown)
writeFileSync(join(OUT, 'index.html'), indexPage(shown, files))
process.stdout.write(`${files.length} pictures: gallery/index.html\n`)

function withPortraits(known: Definition): Definition {
  const contests = known.contests.map((contest): Contest => {
    const candidates = contest.candidates.map((candidate) => ({
      ...candidate,
      photo: toBase64(sha256(portrait(candidate.name.fa))),
    }))
    return { ...contest, candidates }
  })
  return { ...known, contests: [...contests] }
}

/**
 * The first screen of each kind, in each language and size, and at the usual size in Persian in each contrast. Of screens that differ only in
 * words, the usual and the largest size.
 */
function chosenScreens(): readonly Shown[] {
  const found = new Map<string, Shown>()
  for (const contrast of Object.keys(CONTRASTS) as Contrast[]) {
    for (const { view, screen } of everyVoterScreen(definition, screens, contrast)) {
      const { textLevel } = view.look
      const isUsual = textLevel === USUAL.textLevel
      if (contrast !== USUAL.contrast && (view.language !== 'fa' || !isUsual)) continue
      const message = messageOf(view)
      if (message !== undefined && !isUsual && textLevel !== TEXT_LEVELS.at(-1)) continue
      const kind = [...kindOf(view), ...(message === undefined ? [] : [message])].join(', ')
      const key = [kind, view.language, textLevel, contrast].join(' ')
      if (!found.has(key)) found.set(key, { kind, view, screen })
    }
  }
  return [...found.values()]
}

/** What it says beside what its kind says, if anything. */
function messageOf({ state, glassBlocked }: VoterView): string | undefined {
  if (glassBlocked) return undefined
  if (state.is === 'refused') return state.why
  if (state.is === 'held') return `${state.at.step}: ${state.trouble}`
  if (state.is === 'choosing' && state.notice?.is === 'problem') return state.notice.problem.is
  if (state.is === 'printing' && state.secondsLeft !== undefined) return 'seconds left'
  if ('cardGone' in state && state.cardGone) return 'card gone'
  if (state.is !== 'reviewing') return undefined
  const said = [
    ...(state.repeated.length > 0 ? ['typed twice'] : []),
    ...(state.finishPressed ? ['finish pressed'] : []),
  ]
  return said.length === 0 ? undefined : said.join(', ')
}

/** What a screen looks like, but for words and names. */
function kindOf({ state, optionsOpen, glassBlocked, notes }: VoterView): readonly string[] {
  const parts: string[] = [state.is]
  if (glassBlocked) parts.push('glass blocked')
  if (optionsOpen) parts.push('options')
  parts.push(...notes)
  if ('alert' in state && state.alert) parts.push('alert')
  if (state.is === 'choosing') {
    if (state.notice !== undefined) parts.push(state.notice.is)
    if (state.notice?.is === 'added' && isList(state.notice)) parts.push('list')
    if (state.entry !== '') parts.push('typing')
  }
  if (state.is === 'finding' && state.query !== '') parts.push('typed')
  if ('ballot' in state) parts.push(['blank', 'one choice'][state.ballot.flat().length] ?? 'full')
  if ('seen' in state && state.seen > 0) parts.push('read')
  return parts
}

function isList({ contest, position }: { readonly contest: number; readonly position: number }): boolean {
  return position >= (definition.contests[contest]?.candidates.length ?? 0)
}

async function takePictures(wanted: readonly Shown[]): Promise<readonly string[]> {
  rmSync(OUT, { recursive: true, force: true })
  mkdirSync(OUT, { recursive: true })
  const photos = definition.contests.flatMap(({ candidates }) =>
    candidates.map(({ name }) => {
      const bytes = portrait(name.fa)
      return [toHex(sha256(bytes)), { bytes, type: 'image/webp' }] as const
    }),
  )
  const browser = await launchChromium()
  const viewport = { width: GRID.width * SCALE, height: GRID.height * SCALE }
  const display = await ServedDisplay.open(browser, { photos: new Map(photos), viewport })
  const names: string[] = []
  for (const [i, { screen }] of wanted.entries()) {
    await display.show(screen)
    const name = `${String(i + 1).padStart(4, '0')}.png`
    await display.page.screenshot({ path: join(OUT, name) })
    names.push(name)
  }
  await display.close()
  await browser.close()
  return names
}

/** Kinds under one another; languages, sizes and contrasts beside. */
function indexPage(pictures: readonly Shown[], names: readonly string[]): string {
  const kinds = Map.groupBy(
    pictures.map((picture, i) => ({ ...picture, file: names[i] ?? '' })),
    ({ kind }) => kind,
  )
  const sections = [...kinds].map(([kind, rows]) => {
    const figures = rows.map(({ view, file }) => {
      const { language, look } = view
      const words = `${language}, size ${look.textLevel}, ${look.contrast}`
      return `<figure><img src="${file}" alt="${kind}: ${words}" loading="lazy"><figcaption>${words}</figcaption></figure>`
    })
    return `<h2>${kind}</h2><div>${figures.join('')}</div>`
  })
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sandogh: the voter's screens</title>
<style>body{font-family:sans-serif}div{display:flex;flex-wrap:wrap;gap:16px}figure{margin:0}img{width:270px;border:1px solid #888}</style>
<h1>The voter's screens</h1><p>${pictures.length} pictures; sizes 1 to ${TEXT_LEVELS.length}. Names, codes and photos are invented or of a rehearsal.</p>${sections.join('')}</html>\n`
}
