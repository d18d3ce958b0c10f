import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, repositoryFiles } from './repository.ts'

const files = repositoryFiles()
const places = new Set(files)
for (const place of places) if (place !== '.') places.add(posix.dirname(place))
const pages = files.filter((path) => path.endsWith('.md'))
const areas = [...places].filter((place) => place !== '.' && !place.includes('/') && !files.includes(place))

const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8')

/** The address of a heading, as GitHub makes it. */
function anchorsOf(page: string): readonly string[] {
  const headings = [...textOf(page).matchAll(/^#+ (.*)$/gm)]
  return headings.map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** What a page links to that is not there. Addresses of other sites are not asked for. */
function deadLinks(page: string): string[] {
  const text = textOf(page)
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g), ...text.matchAll(/(?:src|href)="([^"]+)"/g)]
  return links.flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return []
    const [file = '', anchor] = link.split('#')
    const target = file === '' ? page : posix.join(posix.dirname(page), file).replace(/\/$/, '')
    if (!places.has(target)) return [`${page}: ${link}`]
    return anchor === undefined || anchorsOf(target).includes(anchor) ? [] : [`${page}: ${link}`]
  })
}

/** Files and folders of this repository that a page names and that are not there. */
function deadPaths(page: string): string[] {
  const named = textOf(page).matchAll(new RegExp(`(?<![\\w./-])(?:${areas.join('|')})/[\\w./-]*\\w`, 'g'))
  const here = posix.dirname(page)
  return [...named].flatMap(([path]) =>
    places.has(path) || places.has(posix.join(here, path)) ? [] : [`${page}: ${path}`],
  )
}

test('every page links to what is there', () => {
  expect(pages).toContain('README.md')
  expect(pages.flatMap(deadLinks)).toEqual([])
})

test('every page names files and folders that are there', () => {
  expect(pages.flatMap(deadPaths)).toEqual([])
})

test('every command that a page tells to type is there', () => {
  const help = textOf('command.ts')
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Readonly<Record<string, string>> }
  const unknown = pages.flatMap((page) => {
    const text = textOf(page)
    const areasNamed = [...text.matchAll(/(?:npx sandogh|bin\/sandogh\.js) ([a-z]+)/g)].filter(
      ([, area]) => !new RegExp(`^ {2}${area}: \\{`, 'm').test(help),
    )
    const scriptsNamed = [...text.matchAll(/npm (?:run )?(start|test|run [a-z]+)/g)].filter(
      ([, script = '']) => !Object.hasOwn(scripts, script.replace('run ', '')),
    )
    return [...areasNamed, ...scriptsNamed].map(([command]) => `${page}: ${command}`)
  })
  expect(unknown).toEqual([])
})
