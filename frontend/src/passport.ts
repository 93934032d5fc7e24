/** What the pages of CME Passport need. Every one of them works without it, with one more press of a button. */

import "htmx.org";

import * as copying from "./copying";
import * as print from "./print";

copying.start();
print.start();
