// Bitcoin addresses with their checksum (base58check; bech32 and bech32m, BIP 173 and 350) and Ethereum addresses.
#include "observable/form.h"

#include "crypto/hash.h"

#define BASE58_BYTES 25     // version, hash, checksum
#define BECH32_MAX 90       // characters, BIP 173
#define BECH32_CONSTANT 1   // BIP 173
#define BECH32M_CONSTANT 0x2bc830a3 // BIP 350

static enum err base58(struct slice in, struct observable *out, struct why *why)
{
	static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
	uint8_t bytes[BASE58_BYTES] = {0}, once[32], sum[32];
	size_t ones = 0, zeros = 0;
	for (size_t i = 0; i < in.n; i++) {
		const char *digit = in.p[i] != 0 ? strchr(alphabet, in.p[i]) : NULL;
		if (digit == NULL)
			return why_set(why, ERR_INPUT, "character %zu is not base58", i + 1);
		unsigned carry = (unsigned)(digit - alphabet);
		for (size_t b = BASE58_BYTES; b-- > 0; carry >>= 8) {
			carry += 58u * bytes[b];
			bytes[b] = (uint8_t)carry;
		}
		if (carry != 0)
			return why_set(why, ERR_INPUT, "is longer than a Bitcoin address");
	}
	while (ones < in.n && in.p[ones] == '1')
		ones++;
	while (zeros < BASE58_BYTES && bytes[zeros] == 0)
		zeros++;
	sha256(slice_of(bytes, 21), once);
	sha256(slice_of(once, 32), sum);
	if (ones != zeros || memcmp(sum, bytes + 21, 4) != 0)
		return why_set(why, ERR_INPUT, "the checksum is wrong");
	if (bytes[0] != 0 && bytes[0] != 5)
		return why_set(why, ERR_INPUT, "version %u is no Bitcoin address", bytes[0]);
	return form_set(out, OBSERVABLE_WALLET, in, why);
}

static uint32_t polymod(uint32_t check, unsigned value)
{
	static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
	uint32_t top = check >> 25;
	check = (check & 0x1ffffff) << 5 ^ value;
	for (unsigned i = 0; i < 5; i++)
		check ^= top >> i & 1 ? generator[i] : 0;
	return check;
}

static enum err bech32(struct slice in, struct observable *out, struct why *why)
{
	static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
	uint8_t text[BECH32_MAX], five[BECH32_MAX];
	bool upper = false, lower = false;
	if (in.n < 14 || in.n > BECH32_MAX)
		return why_set(why, ERR_INPUT, "%zu characters, a bech32 address has 14 to %d", in.n, BECH32_MAX);
	uint32_t check = 1;
	for (unsigned i = 0; i < 5; i++) // "bc" expanded: high bits, zero, low bits
		check = polymod(check, (const uint8_t[5]){3, 3, 0, 2, 3}[i]);
	for (size_t i = 0; i < in.n; i++) {
		text[i] = slice_lower(in.p[i]);
		upper |= text[i] != in.p[i];
		lower |= in.p[i] >= 'a' && in.p[i] <= 'z';
		const char *digit = i >= 3 && text[i] != 0 ? strchr(alphabet, text[i]) : alphabet;
		if (digit == NULL)
			return why_set(why, ERR_INPUT, "character %zu is not bech32", i + 1);
		five[i] = (uint8_t)(digit - alphabet);
		check = i >= 3 ? polymod(check, five[i]) : check;
	}
	if (upper && lower)
		return why_set(why, ERR_INPUT, "mixes upper and lower case");
	if (check != (five[3] == 0 ? BECH32_CONSTANT : BECH32M_CONSTANT))
		return why_set(why, ERR_INPUT, "the checksum is wrong");
	size_t groups = in.n - 3 - 1 - 6, bytes = groups * 5 / 8, spare = groups * 5 % 8;
	if (five[3] > 16 || bytes < 2 || bytes > 40 || (five[3] == 0 && bytes != 20 && bytes != 32) || spare > 4 ||
	    (five[3 + groups] & ((1u << spare) - 1)) != 0)
		return why_set(why, ERR_INPUT, "is no witness program (BIP 173)");
	return form_set(out, OBSERVABLE_WALLET, slice_of(text, in.n), why);
}

// The mixed case of EIP-55 is a checksum by Keccak-256, which none of our libraries has: case is dropped unchecked.
static enum err ethereum(struct slice in, struct observable *out, struct why *why)
{
	uint8_t text[42];
	if (in.n != sizeof text)
		return why_set(why, ERR_INPUT, "%zu characters, an Ethereum address has %zu", in.n, sizeof text);
	for (size_t i = 2; i < in.n; i++)
		if (!form_is_hex(in.p[i]))
			return why_set(why, ERR_INPUT, "character %zu is no hexadecimal digit", i + 1);
	for (size_t i = 0; i < in.n; i++)
		text[i] = slice_lower(in.p[i]);
	return form_set(out, OBSERVABLE_WALLET, slice_of(text, sizeof text), why);
}

enum err form_wallet(struct slice in, struct observable *out, struct why *why)
{
	if (slice_starts_letters(in, "0x"))
		return ethereum(in, out, why);
	if (slice_starts_letters(in, "bc1"))
		return bech32(in, out, why);
	if (in.n >= 25 && in.n <= 35 && (in.p[0] == '1' || in.p[0] == '3'))
		return base58(in, out, why);
	return why_set(why, ERR_INPUT, "is no Bitcoin (1…, 3…, bc1…) or Ethereum (0x…) address");
}
