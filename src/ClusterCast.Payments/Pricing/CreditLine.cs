namespace ClusterCast.Payments.Internal;

/// <summary>
/// What a relay lends to one payer: the joining burst until as much has been paid, and a unit that doubles with each full ticket up to two tickets. A ticket is due at half a unit, so that
/// the other half is on its way while the ticket is.
/// </summary>
internal struct CreditLine(TillTariff tariff)
{
    private uint _burst = tariff.JoiningBurstBytes;
    private uint _unit = Math.Min(TillTariff.StartingUnitBytes, 2 * tariff.TicketBytes);

    /// <summary>Unpaid bytes that are tolerated.</summary>
    public readonly uint Limit => _burst + _unit;

    /// <summary>Bytes after which a ticket is due.</summary>
    public readonly uint DueBytes => Math.Min(tariff.TicketBytes, _unit / 2);

    /// <summary>A ticket was accepted. Smaller ones than due do not build trust.</summary>
    public void Paid(uint bytes)
    {
        if (bytes >= DueBytes)
        {
            _unit = Math.Min(2 * _unit, 2 * tariff.TicketBytes);
        }

        _burst -= Math.Min(_burst, bytes);
    }
}
