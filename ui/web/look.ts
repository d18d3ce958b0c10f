/** The tokens as CSS properties: the one place where colours, sizes and spaces of screens come into a page. */
import type { CSSProperties } from 'react'
import { type Element, type Look, paintOf, textRect } from '../screen.ts'
import { CONTRASTS, LINE_HEIGHT, SCREEN, TEXT_SIZE } from '../tokens.ts'

/** Custom properties: `--ink-<paint>`, `--ground-<paint>`, `--text-<size>`, `--line-height`, `--margin`, `--gap` and so on. */
export function lookProperties({ textLevel, contrast }: Look): CSSProperties {
  const properties: Record<`--${string}`, string> = { '--line-height': `${LINE_HEIGHT}` }
  for (const [paint, { ink, ground }] of Object.entries(CONTRASTS[contrast])) {
    properties[`--ink-${paint}`] = ink
    properties[`--ground-${paint}`] = ground
  }
  for (const [size, levels] of Object.entries(TEXT_SIZE))
    properties[`--text-${size}`] = `${levels[textLevel]}px`
  for (const [space, pixels] of Object.entries(SCREEN)) properties[`--${space}`] = `${pixels}px`
  return properties
}

/** Where an element is and how its text looks, in grid pixels. */
export function elementStyle(element: Element): CSSProperties {
  const { rect, size, press } = element
  const paint = paintOf(element)
  const border = press ? SCREEN.border : 0
  return {
    left: rect.x,
    top: rect.y,
    width: rect.width,
    height: rect.height,
    borderWidth: border,
    padding: textRect(element).x - rect.x - border,
    fontSize: `var(--text-${size})`,
    color: `var(--ink-${paint})`,
    background: `var(--ground-${paint})`,
  }
}
