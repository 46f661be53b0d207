using System.Numerics;

namespace ClusterCast.Chain.Fees;

/// <summary>
/// What an OP-stack chain charges for the place of a transaction on L1, since Fjord: <c>size * (16 * baseFeeScalar * baseFee + blobBaseFeeScalar * blobBaseFee) / 1e12</c>,
/// where <c>size = max(100e6, 836,500 * FastLZ length - 42,585,600)</c>. Fees in wei, scalars times 1e6.
/// </summary>
/// <param name="BaseFee">Base fee of L1.</param>
/// <param name="BlobBaseFee">Price of a unit of blob gas on L1.</param>
/// <param name="BaseFeeScalar">Of the chain's SystemConfig.</param>
/// <param name="BlobBaseFeeScalar">Of the chain's SystemConfig.</param>
public sealed record L1DataFee(BigInteger BaseFee, BigInteger BlobBaseFee, uint BaseFeeScalar, uint BlobBaseFeeScalar)
{
    // Fjord specification, "L1-Cost fees": sizes in bytes times 1e6.
    private const long MinSize = 100_000_000;
    private const long Intercept = -42_585_600;
    private const long FastLzCoefficient = 836_500;

    /// <summary>Wei for a signed transaction.</summary>
    public BigInteger Of(ReadOnlySpan<byte> signedTransaction) => Scaled(EstimatedSize(signedTransaction));

    /// <summary>Bytes that the transaction is taken to add to a compressed batch, times 1e6.</summary>
    public static long EstimatedSize(ReadOnlySpan<byte> signedTransaction) =>
        Math.Max(MinSize, Intercept + (FastLzCoefficient * FastLz.CompressedLength(signedTransaction)));

    private BigInteger Scaled(long size) => size * ((16 * BaseFeeScalar * BaseFee) + (BlobBaseFeeScalar * BlobBaseFee)) / 1_000_000_000_000;
}
