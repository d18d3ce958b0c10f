/** What a part of the long run says of itself when it ends. @returns whether everything was tried and nothing broke */
export function tell(what: string, tried: number, all: number, broken: number): boolean {
  process.stdout.write(`${what}: ${tried} of ${all} tried, ${broken} broke something\n`)
  return tried === all && broken === 0
}
