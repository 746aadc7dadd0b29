/** An error in the words of the migration tool, where the tool and not the server says no. Becomes a failed step. */
export const refusal = (message: string, hint: string): Error => Object.assign(new Error(message), { hint });

export const notUtf8 = (path: string): Error =>
  refusal(`${fileName(path)} is not valid UTF-8.`, 'Save the file as UTF-8 and run again.');

const fileName = (path: string): string => path.split(/[/\\]/).slice(-2).join('/');
