/* SPDX-License-Identifier: Apache-2.0 */
/* list.h - one line per detector.  Include after defining DETECTOR(name); a detector is a file NAME.c that
 * defines detector_NAME, and a page NAME.md. */
DETECTOR(arpsweep)
DETECTOR(trw)
