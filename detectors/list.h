/* SPDX-License-Identifier: Apache-2.0 */
/* list.h - one line per detector.  Include after defining DETECTOR(name); a detector is a file NAME.c that
 * defines detector_NAME, and a page NAME.md. */
DETECTOR(arpsweep)
DETECTOR(conficker_dga)
DETECTOR(conficker_p2p)
DETECTOR(contagion)
DETECTOR(content)
DETECTOR(darknet)
DETECTOR(dnsfail)
DETECTOR(dnsless)
DETECTOR(fanout)
DETECTOR(logonfail)
DETECTOR(mailburst)
DETECTOR(portscan)
DETECTOR(spoof)
DETECTOR(spray)
DETECTOR(trw)
