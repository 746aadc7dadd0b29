/**
 * Blanks the password in every connection string or `password=` pair inside a text, and the signature of a signed address.
 * A password that holds `@` or `/` as they are is blanked whole; of an address with a port and an `@` further on
 * (`http://localhost:4873/@scope/name`) it may take too much.
 */
export const redact = (text: string): string =>
  text
    .replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s"'`<>]*@/gi, '$1:***@')
    // With a quote in it, only up to the first of `@` and `/`: a text may go on after a quote.
    .replaceAll(/(:\/\/[^\s:@/]*):[^\s@/]*@/g, '$1:***@')
    .replaceAll(/(password\s*[=:]\s*)('[^']*'|"[^"]*"|[^\s,;&]+)/gi, '$1***')
    .replaceAll(
      /([?&](?:X-Amz-(?:Signature|Credential|Security-Token)|Signature|AWSAccessKeyId)=)[^&\s"']+/gi,
      '$1***',
    );
