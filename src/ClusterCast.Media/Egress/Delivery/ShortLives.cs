namespace ClusterCast.Media.Egress.Delivery;

/// <summary>Some platforms refuse a key by letting it in and closing the connection a moment later, without a word. Several lives in a row that are
/// shorter than <paramref name="proven"/> are taken for that, so that they are tried slowly and told with their likely cause.</summary>
internal sealed class ShortLives(TimeSpan proven)
{
    private const int Suspicious = 3;
    private int _inARow;

    /// <summary>The failure that the end of a connection which was live for so long means.</summary>
    public MediaException Judge(MediaException end, DestinationUrl url, TimeSpan life)
    {
        if (end.Fault != MediaFault.Disconnected || life >= proven)
        {
            _inARow = 0;
            return end;
        }
        return ++_inARow < Suspicious ? end : new MediaException(MediaFault.PublishRefused,
            $"The destination {url} lets us in and closes the connection soon after, {_inARow} times in a row; mostly its key is wrong or its broadcast is not open: look at the platform's live page.", end);
    }
}
