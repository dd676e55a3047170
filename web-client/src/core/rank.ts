// A person's protocol rank: 1 speaks before 2 where the list goes by protocol.
export const kMaxRank = 2_147_483_647; // the server's

// 0: none is said; null: what is said is no rank.
export function rankFrom(text: string): number | null {
  const words = text.trim();
  if (!words) return 0;
  const rank = /^\d{1,10}$/.test(words) ? Number(words) : 0;
  return rank >= 1 && rank <= kMaxRank ? rank : null;
}
