@ladder @F5
Feature: The ACK of the 200 is discarded
  The root agency's edge hides topology and remembers transactions, not dialogs. The ACK of a 2xx is a transaction of its
  own, without a Route: it reaches that edge and meets nothing there.

  @RFC3261-13.3.1.4 @RFC3261-13.2.2.4 @64T1
  Scenario Outline: The 200 is repeated until the session dies: called by <caller>
    Given the working configuration, changed in
      | edge.rootMemory | transactions |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then the ACK of each crossing dialog ends at the root agency's edge, and the 200 is repeated
    And the session dies after 64·T1: its BYE is answered 481
    And the symptom is "ack-discarded"

    Examples:
      | caller |
      | a-ue-1 |
      | b-ue-1 |

  @RFC3261-13.3.1.4
  Scenario Outline: Until the session dies, floor control and RTP cross both ways: called by <caller>
    Given the working configuration, changed in
      | edge.rootMemory | transactions |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then the floor is granted to <caller> and taken to all other members
    When <caller> talks for 40 packets
    Then every other member hears all 40 packets of <caller>'s burst after the first 5
    When <answerer> talks for 40 packets
    Then every other member hears all 40 packets of <answerer>'s burst after the first 5
    And the ACK of each crossing dialog ends at the root agency's edge, and the 200 is repeated
    And the symptom is "ack-discarded"

    Examples:
      | caller | answerer |
      | a-ue-1 | b-ue-2   |
      | b-ue-1 | a-ue-2   |

  @classifier
  Scenario Outline: A classifier that demands an identity in every request drops the ACK: called by <caller>
    Given the working configuration, changed in
      | edge.identityCheck | every-request |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then the ACK of the crossing dialog ends at the edge that receives it, and the 200 is repeated
    And the symptom is "ack-discarded"

    Examples:
      | caller |
      | a-ue-1 |
      | b-ue-1 |
