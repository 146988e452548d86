/** Country code -> how the digits after it are grouped. Others are shown as one number. */
const GROUPS: readonly (readonly [code: string, groups: readonly number[]])[] = [
  ["380", [2, 3, 2, 2]],
  ["373", [2, 3, 3]],
  ["48", [3, 3, 3]],
  ["40", [3, 3, 3]],
  ["49", [3, 3, 5]],
  ["33", [1, 2, 2, 2, 2]],
  ["1", [3, 3, 4]],
];

/** An E.164 phone in groups that a person can read out: `+380 50 123 45 67`. */
export function formatPhone(phone: string): string {
  const digits = phone.replace(/\D/g, "");
  const known = GROUPS.find(
    ([code, groups]) => digits.startsWith(code) && digits.length === code.length + sum(groups),
  );
  if (!known) return phone;
  const [code, groups] = known;
  const parts = [`+${code}`];
  let at = code.length;
  for (const size of groups) {
    parts.push(digits.slice(at, at + size));
    at += size;
  }
  return parts.join("\u00a0");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
