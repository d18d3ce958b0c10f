/** How a printed report looks: A4, black on white, told apart without colour too. The typeface is brought along. */
import { readFileSync } from 'node:fs'
import { installedWebFonts } from '../../ui/fonts.ts'
import type { AuditLanguage } from '../strings.ts'

/** The whole style sheet for a language. Nothing in it comes from a bundle. */
export function reportStyle(language: AuditLanguage): string {
  const { regular, bold } = installedWebFonts()
  return `${face(400, regular)}${face(700, bold)}${pageNumbers(language)}${STYLE}`
}

function face(weight: number, path: string): string {
  const font = readFileSync(path).toString('base64')
  return `@font-face{font-family:Vazirmatn;font-weight:${weight};src:url(data:font/woff2;base64,${font}) format("woff2")}\n`
}

function pageNumbers(language: AuditLanguage): string {
  const digits = language === 'fa' ? 'persian' : 'decimal'
  return `@page{@bottom-center{content:counter(page,${digits}) " / " counter(pages,${digits});font:8pt Vazirmatn}}\n`
}

const STYLE = `@page{size:A4;margin:16mm 14mm 18mm}
*{box-sizing:border-box}
body{font:9.5pt/1.5 Vazirmatn,sans-serif;color:#111;background:#fff;max-width:182mm;margin:0 auto;padding:4mm 0}
h1{font-size:13pt;margin:0 0 1mm}
h2{font-size:11.5pt;margin:6mm 0 1.5mm;border-bottom:.3mm solid #111;break-after:avoid}
h3{font-size:10pt;margin:4mm 0 1mm;break-after:avoid}
p,ul{margin:1mm 0}
ul{padding-inline-start:5mm}
.verdict{font-size:13pt;font-weight:700;padding:2.5mm 4mm;margin:0 0 3mm;border:.8mm solid #14532d;background:#ecfdf3;overflow-wrap:anywhere}
.verdict.bad{border-color:#991b1b;background:#fef2f2;border-style:double;border-width:1.4mm}
.warn{border:.3mm solid #111;padding:1mm 3mm;font-weight:700}
.note{font-size:8.5pt;color:#444}
.lead{break-after:avoid}
.columns{display:grid;grid-template-columns:1fr 1fr;gap:0 7mm}
table{border-collapse:collapse;width:100%;font-size:8.5pt;margin:1mm 0 2mm}
th,td{border-bottom:.15mm solid #999;padding:.7mm 1.2mm;text-align:start;vertical-align:top;overflow-wrap:break-word}
th{border-bottom:.3mm solid #111;font-weight:700;vertical-align:bottom}
td.n,th.n{text-align:end}
tr{break-inside:avoid}
tr.sum td{font-weight:700;border-top:.3mm solid #111}
.hash{font-size:7pt;overflow-wrap:anywhere}
code,.hash{direction:ltr;unicode-bidi:isolate;text-align:left}
code{font-family:Vazirmatn,sans-serif}
section.device,.keep{break-inside:avoid}
svg{width:100%;height:auto;display:block;direction:ltr;margin:1mm 0}
svg text{font-family:Vazirmatn;direction:ltr}
svg .hour{font-size:10px;fill:#333}
svg .number{font-size:10px;fill:#111;text-anchor:middle}
svg text.mark{font-size:9px;font-weight:700;fill:#991b1b;text-anchor:middle}
svg line.mark{stroke:#991b1b;stroke-width:.8;stroke-dasharray:2 1.5}
svg .tick{stroke:#333;stroke-width:.6}
svg .ballots{fill:#3f5f9e}
svg .open{fill:#16803c}
svg .paused{fill:#fff;stroke:#991b1b;stroke-width:1.6}
svg .closed,svg .finished{fill:#d4d4d4}
.key{display:inline-block;width:5mm;height:2.6mm;margin-inline:3mm 1mm;border:.2mm solid #333}
.key.open{background:#16803c}.key.paused{background:#fff;border:.5mm solid #991b1b}.key.closed{background:#d4d4d4}.key.ballots{background:#3f5f9e}
`
