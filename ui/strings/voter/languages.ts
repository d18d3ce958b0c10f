/** The languages that a package is built with, as `languages` of an election definition. */
import type { Definition } from '../../../core/election/definition.ts'
import { ar } from './ar.ts'
import { az } from './az.ts'
import { en } from './en.ts'
import { fa } from './fa.ts'

/** None of the texts has been read by somebody whose first language it is; whoever has read one says so here. */
export const VOTER_LANGUAGES: Definition['languages'] = [
  { language: 'fa', name: 'فارسی', readByNativeSpeaker: false, texts: { ...fa } },
  { language: 'en', name: 'English', readByNativeSpeaker: false, texts: { ...en } },
  { language: 'ar', name: 'العربية', readByNativeSpeaker: false, texts: { ...ar } },
  { language: 'az', name: 'آذربایجانجا', readByNativeSpeaker: false, texts: { ...az } },
]
