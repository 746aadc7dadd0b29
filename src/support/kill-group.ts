/**
 * Sends a signal to a process and all its children, as far as they stayed in the group of which it is the first.
 *
 * @param pid undefined: it never started
 */
export function killGroup(pid: number | undefined, how: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, how);
  } catch {
    // They ended by themselves.
  }
}
