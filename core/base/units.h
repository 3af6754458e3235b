/* SPDX-License-Identifier: Apache-2.0 */
/* units.h - conversions between the units that names carry. */
#ifndef CORDON_BASE_UNITS_H
#define CORDON_BASE_UNITS_H

#include <stdint.h>

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S  UINT64_C(1000000000)

static inline uint64_t s_to_ns(uint64_t s)
{
	return s * NS_PER_S;
}
static inline uint64_t ms_to_ns(uint64_t ms)
{
	return ms * NS_PER_MS;
}
static inline uint64_t us_to_ns(uint64_t us)
{
	return us * NS_PER_US;
}
static inline double ns_to_s(uint64_t ns)
{
	return (double)ns / 1e9;
}

#endif
