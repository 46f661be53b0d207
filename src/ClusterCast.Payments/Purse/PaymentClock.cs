namespace ClusterCast.Payments;

/// <summary>What a session with a relay has waited for long enough.</summary>
internal enum PaymentDue
{
    Nothing,
    Resend,
    GiveUp,
    PayAhead,
    Settle,
}

/// <summary>The patience of one session: when it asks again, gives up, and pays less than a ticket. Guarded by its owner.</summary>
internal sealed class PaymentClock(TimeProvider time)
{
    private long _askedAt = time.GetTimestamp();
    private long _sentAt = time.GetTimestamp();
    private long _verifiedAt = time.GetTimestamp();
    private long? _withheldAt;

    /// <summary>A SessionOpen or a fresh ticket leaves.</summary>
    public void Asked()
    {
        _askedAt = _sentAt = time.GetTimestamp();
        _withheldAt = null;
    }

    /// <summary>The same one leaves again.</summary>
    public void Resent() => _sentAt = time.GetTimestamp();

    /// <summary>Bytes have verified.</summary>
    public void Verified() => _verifiedAt = time.GetTimestamp();

    /// <summary>The relay says that the credit is used up.</summary>
    public void Withheld() => _withheldAt ??= time.GetTimestamp();

    /// <summary>What is due now, while an answer is awaited or while none is.</summary>
    public PaymentDue Due(bool isAwaiting) =>
        isAwaiting
            ? Since(_askedAt) >= PurseSession.GiveUpAfter ? PaymentDue.GiveUp
                : Since(_sentAt) >= PurseSession.ResendAfter ? PaymentDue.Resend
                : PaymentDue.Nothing
            : _withheldAt is { } at && Since(at) >= PurseSession.WithheldAfter ? PaymentDue.PayAhead
                : Since(_verifiedAt) >= PurseSession.SettleAfter ? PaymentDue.Settle
                : PaymentDue.Nothing;

    private TimeSpan Since(long timestamp) => time.GetElapsedTime(timestamp);
}
