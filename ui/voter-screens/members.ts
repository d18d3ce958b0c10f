/** Whom a vote for a list reaches: its members, shown after its code was typed. */
import { optionsOf } from '../../core/election/ballot.ts'
import { key } from '../drafts.ts'
import { nameIn } from '../strings.ts'
import { voterText } from '../voter-texts.ts'
import { blockOf, paged } from './flow.ts'
import { bar, wideHead } from './frame.ts'
import { optionBlock, rowForm } from './rows.ts'
import { digits, type Setting } from './setting.ts'
import type { PagedDrafts, StateOf } from './view.ts'

/** The members of a list that was just added. */
export function members(setting: Setting, state: StateOf<'members'>, top: number): PagedDrafts {
  const { texts, language } = setting
  const contest = setting.contests[state.contest]
  const list = contest && optionsOf(contest)[state.position]
  if (contest === undefined || list === undefined) throw new Error('members of a list that does not exist')
  const standing = contest.candidates.filter((candidate) => candidate.list === list.code)
  const listName = nameIn(language, list.name).text
  const around = wideHead(setting, top, voterText(texts, 'members-heading', { list: listName }))
  const foot = bar(
    setting,
    key(`remove-${list.code}`, texts.remove, 'danger', 'large'),
    key('go-on', texts['go-on'], 'primary', 'large'),
  )
  const hint = voterText(texts, 'members-hint', { count: digits(setting, standing.length) })
  const form = rowForm(setting)
  const { drafts, page } = paged(
    setting,
    { top: around.edge, bottom: foot.edge },
    [
      blockOf(setting, { id: 'hint', role: 'status', name: hint, size: 'normal', press: false }),
      ...standing.map((candidate) => optionBlock(setting, form, candidate)),
    ],
    state.first,
  )
  return { drafts: [...around.drafts, ...drafts, ...foot.drafts], page }
}
